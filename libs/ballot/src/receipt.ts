import type { JSONWebKeySet, JWK } from 'jose';
import { z } from 'zod';
import { UntrustedError, signJson, verifyJson } from './signed-json.js';

const hash = z.string().regex(/^[0-9a-f]{64}$/);

const receiptSchema = z.strictObject({
  campaignId: z.string().min(1).max(64),
  envelopeHash: hash,
  /** Hash of the ballot that this one replaces. Both stand on the board. */
  replacedHash: hash.nullable(),
});

/** What a voter holds against the board. It says nothing of when, for the order of ballots is nobody's business. */
export type Receipt = Readonly<z.infer<typeof receiptSchema>>;

/** Compact JWS by the accepting service, made after the commit. */
export function signReceipt(receipt: Receipt, serviceKey: JWK): Promise<string> {
  return signJson('zhijia-receipt+jws', receiptSchema.parse(receipt), serviceKey);
}

/** @throws UntrustedError */
export async function verifyReceipt(jws: string, serviceKeys: JSONWebKeySet): Promise<Receipt> {
  const parsed = receiptSchema.safeParse(await verifyJson('zhijia-receipt+jws', jws, serviceKeys));
  if (parsed.success) return parsed.data;
  throw new UntrustedError('content', 'The signed content is not a receipt.');
}
