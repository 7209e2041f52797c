import { roleNames, type RoleName } from '@zhijia/access';

/** Roles that somebody is appointed to. A member is one by joining, and a bank's server by its registration. */
export type OfficeRole = Exclude<RoleName, 'member' | 'bank-client'>;

export const officeRoles = roleNames.filter((role): role is OfficeRole => role !== 'member' && role !== 'bank-client');

/** Who gives which offices in the organisations that their own office reaches. */
const gives: Readonly<Partial<Record<RoleName, readonly OfficeRole[]>>> = {
  administrator: officeRoles,
  chair: ['delegate', 'secretary', 'treasurer', 'supervisor'],
};

/** Whoever gives any office at all. */
export const appointers = ['administrator', 'chair'] as const satisfies readonly RoleName[];

export type AppointmentPlan = 'appoint' | 'notTheirsToGive' | 'oneself';

/**
 * @param roles of the one who appoints, as far as they reach the organisation
 */
export function planAppointment(roles: readonly RoleName[], office: OfficeRole, isOneself: boolean): AppointmentPlan {
  if (!mayGive(roles, office)) return 'notTheirsToGive';
  return isOneself ? 'oneself' : 'appoint';
}

/** What somebody may give they may also end, and their own office whoever gave it. */
export function mayDismiss(roles: readonly RoleName[], office: OfficeRole, isOneself: boolean): boolean {
  return isOneself || mayGive(roles, office);
}

function mayGive(roles: readonly RoleName[], office: OfficeRole): boolean {
  return roles.some((role) => gives[role]?.includes(office) === true);
}
