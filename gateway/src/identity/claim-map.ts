import { roleNames } from '@zhijia/access';
import type { JWTPayload } from 'jose';
import { z } from 'zod';

/** Where a claim stands: its name, or the names on the way down to it. */
const place = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);

/** How an issuer of somebody else says what the built-in one says; what is left out stands where it does there. */
export const claimMapSchema = z.strictObject({
  client: place.default('client_id'),
  memberId: place.default('member_id'),
  actingFor: place.default('acting_for'),
  signingKeys: place.default('signing_jwks'),
  roles: place.default('roles'),
  /** The organisation in which somebody has each of their roles, where roles are names and say no organisation. */
  organisation: place.optional(),
  /** What the issuer calls a role, and what it is here. Only what stands here is a role then. */
  roleNames: z.record(z.string(), z.enum(roleNames)).optional(),
});

export type ClaimMap = z.infer<typeof claimMapSchema>;

/** Claims in our own form, for the schema to check: nothing is believed here, and nothing made up. */
export function mapClaims(payload: JWTPayload, map: ClaimMap): Record<string, unknown> {
  return {
    iss: payload.iss,
    sub: payload.sub,
    exp: payload.exp,
    cnf: payload['cnf'],
    client_id: at(payload, map.client),
    member_id: at(payload, map.memberId),
    acting_for: at(payload, map.actingFor),
    signing_jwks: at(payload, map.signingKeys),
    roles: rolesIn(payload, map),
  };
}

function rolesIn(payload: JWTPayload, { roles, organisation, roleNames: names }: ClaimMap): unknown {
  const said = at(payload, roles);
  if (organisation === undefined && names === undefined) return said;
  if (said === undefined) return undefined;
  if (!Array.isArray(said)) return said;
  const organisationId = organisation === undefined ? undefined : at(payload, organisation);
  return said.flatMap((grant: unknown) => {
    const full = typeof grant === 'string' ? { role: grant, organisationId } : grant;
    if (names === undefined || !isGrant(full)) return [full];
    const role = Object.hasOwn(names, full.role) ? names[full.role] : undefined;
    return role === undefined ? [] : [{ ...full, role }];
  });
}

function isGrant(grant: unknown): grant is { role: string } {
  return typeof grant === 'object' && grant !== null && 'role' in grant && typeof grant.role === 'string';
}

function at(payload: JWTPayload, path: string | readonly string[]): unknown {
  let found: unknown = payload;
  for (const name of typeof path === 'string' ? [path] : path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as Record<string, unknown>)[name];
  }
  return found;
}
