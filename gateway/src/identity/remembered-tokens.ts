import { hash } from 'node:crypto';
import type { Audience } from '@zhijia/access';

const maxTokens = 20_000;
/** A key that the issuer has withdrawn opens nothing after this time. */
const longestMs = 5 * 60_000;

/** Tokens that were verified, until they expire: a look-up costs a fiftieth of a signature. The oldest go first. */
export class RememberedTokens<Verified> {
  private readonly byHash = new Map<string, { verified: Verified; untilMs: number }>();

  constructor(private readonly limit = maxTokens) {}

  /** The token itself is not kept. One token may hold for two audiences: each is asked for on its own. */
  static keyOf(token: string, audience: Audience): string {
    return hash('sha256', `${audience}\0${token}`, 'base64');
  }

  get(key: string, nowMs: number): Verified | null {
    const remembered = this.byHash.get(key);
    if (remembered === undefined) return null;
    this.byHash.delete(key);
    if (remembered.untilMs <= nowMs) return null;
    this.byHash.set(key, remembered);
    return remembered.verified;
  }

  put(key: string, verified: Verified, expiresAtMs: number, nowMs: number): void {
    const oldest = this.byHash.keys().next();
    if (this.byHash.size >= this.limit && oldest.done !== true) this.byHash.delete(oldest.value);
    this.byHash.set(key, { verified, untilMs: Math.min(expiresAtMs, nowMs + longestMs) });
  }
}
