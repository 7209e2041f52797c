const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether a text is a UUID in canonical form; what is not names nothing, and the database is not asked. */
export function isUuid(text: string): boolean {
  return uuid.test(text);
}
