import { errors, flattenedVerify, type FlattenedVerifyGetKey } from 'jose';
import { z } from 'zod';
import { isSpelledOnce } from './base64url.js';
import { isMadeNow } from './times.js';

const algorithm = 'PS256';
const maxSignatureLength = 4_096;

export type SignatureRefusal =
  'SIGNATURE_MALFORMED' | 'SIGNATURE_OUT_OF_TIME' | 'SIGNATURE_KEY_UNKNOWN' | 'SIGNATURE_NOT_ACCEPTED';

/**
 * All that a header may say, and nothing beside it: no key of the sender's own (`jwk`, `x5c`), no address of one
 * (`jku`, `x5u`), nothing that this gateway would pass over.
 */
const headerSchema = z.strictObject({
  alg: z.literal(algorithm),
  kid: z.string().min(1).max(255),
  b64: z.literal(false),
  crit: z.tuple([z.literal('b64')]),
  iat: z.number(),
  typ: z.literal('JOSE').optional(),
});

/** What is signed, and who may have signed it. */
export interface SignedBody {
  /** `x-jws-signature`: a JWS without its payload (RFC 7515, appendix F). */
  readonly signature: string;
  /** The bytes as they came: what stands in them is read after this. */
  readonly body: Uint8Array;
  /** The keys that the client registered. */
  readonly keys: FlattenedVerifyGetKey;
}

/** Null where the client signed this body, now; the body is not encoded for it (RFC 7797). */
export async function refusalOfSignature({ signature, body, keys }: SignedBody): Promise<SignatureRefusal | null> {
  const [header, payload, value, ...more] = signature.length > maxSignatureLength ? [] : signature.split('.');
  if (header === undefined || payload !== '' || !value || more.length > 0) return 'SIGNATURE_MALFORMED';
  if (!isSpelledOnce(header) || !isSpelledOnce(value)) return 'SIGNATURE_MALFORMED';
  const said = headerSchema.safeParse(readJson(header));
  if (!said.success) return 'SIGNATURE_MALFORMED';
  if (!isMadeNow(said.data.iat, Date.now() / 1_000)) return 'SIGNATURE_OUT_OF_TIME';
  try {
    await flattenedVerify({ protected: header, payload: body, signature: value }, keys, { algorithms: [algorithm] });
    return null;
  } catch (error) {
    return error instanceof errors.JWKSNoMatchingKey ? 'SIGNATURE_KEY_UNKNOWN' : 'SIGNATURE_NOT_ACCEPTED';
  }
}

function readJson(encoded: string): unknown {
  try {
    return JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}
