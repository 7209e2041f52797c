import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify, type JWTPayload } from 'jose';
import { ProofsSeen, type SeenProofs } from './proofs-seen.js';
import { acceptedAgeSeconds, acceptedAheadSeconds, isMadeNow } from './times.js';

/** FAPI 2.0 Security Profile, 5.4.1. */
const algorithms = ['PS256', 'ES256'];
const maxProofLength = 4_096;
const maxIdLength = 128;

/** From the earliest moment at which a proof is accepted to the last. */
export const proofWindowMs = (acceptedAgeSeconds + acceptedAheadSeconds) * 1_000;

/** What remembers proofs does not answer; nothing is said about the proof. */
export class ProofsUnavailable extends Error {
  constructor(cause: unknown) {
    super('Proofs cannot be looked up', { cause });
    this.name = 'ProofsUnavailable';
  }
}

/** What a proof is about: one request, with one token, by the holder of one key. */
export interface ProofSubject {
  readonly proof: string;
  readonly token: string;
  /** The thumbprint of the key that the token is bound to (`cnf.jkt`). */
  readonly keyThumbprint: string;
  readonly method: string;
  /** As the client wrote it; query and fragment do not count. */
  readonly url: string;
}

/** Checks proofs of possession (DPoP, RFC 9449), each of which is good for one request. */
export class ProofChecker {
  constructor(private readonly seen: SeenProofs = new ProofsSeen(proofWindowMs)) {}

  /**
   * Whether the holder of the token's key made this request, now, and for the first time.
   *
   * @throws ProofsUnavailable where nobody can tell whether it came before
   */
  async holds(subject: ProofSubject): Promise<boolean> {
    if (subject.proof.length > maxProofLength) return false;
    let payload: JWTPayload;
    let thumbprint: string;
    try {
      const verified = await jwtVerify(subject.proof, EmbeddedJWK, {
        algorithms,
        typ: 'dpop+jwt',
        clockTolerance: acceptedAheadSeconds,
      });
      payload = verified.payload;
      const { jwk } = verified.protectedHeader;
      if (jwk === undefined) return false;
      thumbprint = await calculateJwkThumbprint(jwk);
    } catch {
      return false;
    }
    const nowMs = Date.now();
    return (
      thumbprint === subject.keyThumbprint &&
      payload['htm'] === subject.method &&
      isSameAddress(payload['htu'], subject.url) &&
      payload['ath'] === createHash('sha256').update(subject.token).digest('base64url') &&
      isOfNow(payload, nowMs / 1_000) &&
      typeof payload.jti === 'string' &&
      payload.jti.length > 0 &&
      payload.jti.length <= maxIdLength &&
      (await this.isFirst(`${thumbprint} ${payload.jti}`, nowMs))
    );
  }

  private async isFirst(id: string, nowMs: number): Promise<boolean> {
    try {
      return await this.seen.isFirst(id, nowMs);
    } catch (error) {
      throw new ProofsUnavailable(error);
    }
  }
}

function isOfNow({ iat, nbf, exp }: JWTPayload, now: number): boolean {
  if (!isMadeNow(iat, now) || (nbf !== undefined && nbf > now + acceptedAheadSeconds)) return false;
  return exp === undefined || exp > now;
}

/** RFC 9449, 4.3: compared as URLs, without query and fragment. */
function isSameAddress(claimed: unknown, actual: string): boolean {
  if (typeof claimed !== 'string') return false;
  const [one, other] = [URL.parse(claimed), URL.parse(actual)];
  return one !== null && other !== null && one.origin === other.origin && one.pathname === other.pathname;
}
