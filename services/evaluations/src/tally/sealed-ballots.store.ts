import { execute, row, rows, type Queryable } from '@zhijia/database';
import type { JSONWebKeySet } from 'jose';
import type { SlotRange } from './slot-ranges.js';

export interface ClosedCampaign {
  readonly state: string;
  readonly organiserId: string;
  readonly manifestJws: string;
  readonly closingJws: string | null;
  readonly serviceKeys: JSONWebKeySet;
  readonly policyVersions: Record<string, number>;
  /** Target id to the organisation that is rated. */
  readonly organisationOfTarget: Record<string, string>;
}

/** A ballot as it lies, with where it will be reported. */
export interface SealedBallot {
  readonly slot: string;
  readonly envelope: string;
  readonly envelopeHash: string;
  readonly organisationId: string;
  readonly stratum: string;
}

const batchSize = 2_000;

/** What the tally reads, in batches: memory stays the same however many voted. */
export class SealedBallotsStore {
  constructor(private readonly db: Queryable) {}

  async findCampaign(campaignId: string): Promise<ClosedCampaign | null> {
    return row(
      this.db,
      `SELECT state, organiser_id AS "organiserId", manifest_jws AS "manifestJws",
              closing_digest_jws AS "closingJws", service_keys AS "serviceKeys", policy_versions AS "policyVersions",
              (SELECT jsonb_object_agg(t.id, t.organisation_id) FROM campaign_target AS t WHERE t.campaign_id = c.id)
                AS "organisationOfTarget"
         FROM campaign AS c WHERE id = $1`,
      [campaignId],
    );
  }

  /** The same figures as in the closing digest, from what lies there now. */
  async digest(campaignId: string): Promise<{ hashesDigest: string; accepted: number; current: number }> {
    const found = await row<{ hashesDigest: string; accepted: number; current: number }>(
      this.db,
      `SELECT encode(sha256(coalesce(string_agg(envelope_hash, ''::bytea ORDER BY envelope_hash), ''::bytea)), 'hex')
                AS "hashesDigest",
              count(*) AS accepted, count(envelope) AS current
         FROM ballot WHERE campaign_id = $1`,
      [campaignId],
    );
    if (found === null) throw new Error('An aggregate answered no row');
    return found;
  }

  /**
   * The ballots of these slots that count, as they lie: what is counted does not depend on their order. Read through a
   * cursor, so that one plan and one look at the table serve all of them: this store is one of a transaction.
   */
  async *ballots(campaignId: string, range: SlotRange): AsyncGenerator<SealedBallot, void, undefined> {
    // To the end and not to the first rows; slots fit into memory, so that nothing of them is written aside.
    await execute(this.db, `SET LOCAL cursor_tuple_fraction = 1`);
    await execute(this.db, `SET LOCAL work_mem = '256MB'`);
    await execute(
      this.db,
      `DECLARE sealed_ballot NO SCROLL CURSOR FOR
       SELECT b.slot, b.envelope, encode(b.envelope_hash, 'hex') AS "envelopeHash",
              s.organisation_id AS "organisationId", s.stratum
         FROM ballot AS b JOIN electorate_slot AS s ON s.campaign_id = b.campaign_id AND s.slot = b.slot
        WHERE b.campaign_id = $1 AND b.envelope IS NOT NULL AND b.slot > $2 AND b.slot <= $3`,
      [campaignId, range.after, range.upTo],
    );
    const fetch = (): Promise<SealedBallot[]> => rows(this.db, `FETCH ${batchSize} FROM sealed_ballot`);
    let coming = fetch();
    for (;;) {
      const batch = await coming;
      if (batch.length === 0) return;
      // The next batch is read while this one is opened.
      coming = fetch();
      coming.catch(() => undefined);
      yield* batch;
    }
  }

  /** All accepted hashes in ascending order. */
  async *hashes(campaignId: string): AsyncGenerator<string, void, undefined> {
    let after = '';
    for (;;) {
      const batch: { hash: string }[] = await rows(
        this.db,
        `SELECT encode(envelope_hash, 'hex') AS hash FROM ballot
          WHERE campaign_id = $1 AND envelope_hash > decode($2, 'hex') ORDER BY envelope_hash LIMIT ${batchSize}`,
        [campaignId, after],
      );
      for (const { hash } of batch) yield hash;
      const last = batch.at(-1);
      if (last === undefined || batch.length < batchSize) return;
      after = last.hash;
    }
  }
}
