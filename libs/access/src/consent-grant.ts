import { consentFields, type ConsentField } from '@zhijia/contracts';
import { z } from 'zod';
import { openSigned, signValue } from './signed-value.js';
import type { Viewer } from './viewer.js';

/**
 * Members' word that a consent was live a moment ago, and of what it covers: the key under which the other services
 * answer about a consented member. It holds for one request of one partner, so nothing that was copied can be stale.
 */
export interface ConsentGrant {
  readonly consentId: string;
  readonly memberId: string;
  readonly fields: readonly ConsentField[];
}

const lifetimeMs = 30_000;
/** Two services may run on two machines whose clocks differ a little. */
const toleratedSkewMs = 5_000;

const grantSchema = z.strictObject({
  what: z.literal('consent-grant'),
  consentId: z.uuid(),
  memberId: z.uuid(),
  fields: z.array(z.enum(consentFields)),
  /** The partner's server that asked: in the hands of another the grant says nothing. */
  issuer: z.string(),
  client: z.string(),
  issuedAtMs: z.int(),
});

type Partner = Pick<Viewer, 'issuer' | 'client'>;

/** `key` is shared by the services that hold fields of consented members. */
export function signConsentGrant(grant: ConsentGrant, partner: Partner, key: Buffer, nowMs: number): string {
  const signed: z.infer<typeof grantSchema> = {
    what: 'consent-grant',
    consentId: grant.consentId,
    memberId: grant.memberId,
    fields: [...grant.fields],
    issuer: partner.issuer,
    client: partner.client,
    issuedAtMs: nowMs,
  };
  return signValue(signed, key);
}

/** What the grant covers for this partner now; null for any other text. */
export function readConsentGrant(
  text: string,
  partner: Partner,
  keys: readonly Buffer[],
  nowMs: number,
): ConsentGrant | null {
  const opened = openSigned(text, keys);
  const parsed = opened.kind === 'opened' ? grantSchema.safeParse(opened.value) : null;
  if (parsed?.success !== true) return null;
  const { consentId, memberId, fields, issuer, client, issuedAtMs } = parsed.data;
  const ageMs = nowMs - issuedAtMs;
  const holds =
    issuer === partner.issuer && client === partner.client && ageMs <= lifetimeMs && ageMs >= -toleratedSkewMs;
  return holds ? { consentId, memberId, fields } : null;
}
