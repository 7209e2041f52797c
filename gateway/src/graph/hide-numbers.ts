const number = /[\d０-９](?:[ -]?[\d０-９]){8,}[Xx]?/gu;

/**
 * A message without what may be somebody's ID, phone or card number. Messages about a request quote it, and clients put
 * answers into logs and reports.
 */
export function hideNumbers(message: string): string {
  return message.replace(number, '…');
}
