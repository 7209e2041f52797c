/** What a person or a server is to an organisation. A role reaches the organisation's whole subtree. */
export const roleNames = [
  'member',
  'delegate',
  'chair',
  'secretary',
  'treasurer',
  'supervisor',
  'department-officer',
  'merchant',
  'service-provider',
  'assessor',
  'bank-client',
  'auditor',
  'administrator',
] as const;

export type RoleName = (typeof roleNames)[number];

export function isRoleName(text: unknown): text is RoleName {
  return roleNames.some((role) => role === text);
}
