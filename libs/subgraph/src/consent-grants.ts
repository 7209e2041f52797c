import { readConsentGrant, signConsentGrant, type ConsentGrant, type Viewer } from '@zhijia/access';
import { secretKeys } from './subgraph.config.js';
import type { DatabaseClock } from './database-clock.js';

/** For services that hold fields of consented members: keys that they share, the current one first. */
export const consentGrantEnv = { CONSENT_GRANT_KEYS: secretKeys };

/** What a partner holds after a consent was found live, as each service reads it. */
export interface ConsentedMember {
  readonly grant: string;
  readonly memberId: string;
  readonly coveredFields: ConsentGrant['fields'];
}

/** Grants by the database's time: a machine whose clock is wrong neither prolongs nor ends them. */
export class ConsentGrants {
  constructor(
    private readonly keys: readonly Buffer[],
    private readonly clock: DatabaseClock,
  ) {}

  issue(grant: ConsentGrant, viewer: Viewer): string {
    const [key] = this.keys;
    if (key === undefined) throw new Error('A service that issues grants has a key for them');
    return signConsentGrant(grant, viewer, key, this.clock.now());
  }

  /** References in their order; null for what is no grant of this partner, or no longer. */
  read(references: readonly { grant: string }[], viewer: Viewer): (ConsentedMember | null)[] {
    return references.map(({ grant }) => {
      const read = readConsentGrant(grant, viewer, this.keys, this.clock.now());
      return read === null ? null : { grant, memberId: read.memberId, coveredFields: read.fields };
    });
  }
}
