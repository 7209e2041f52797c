import { Injectable } from '@nestjs/common';
import { clockTable, execute, preparedRows, rows } from '@zhijia/database';
import type { EntityManager } from 'typeorm';
import type { CastFacts } from '../rules/plan-cast.js';

/** One member's request to keep an envelope, under the caller's idempotency key. */
export interface Casting {
  readonly memberId: string;
  readonly callerKey: Buffer;
}

/** Facts of casting, with what the check of the envelope needs. */
export interface CastRecord extends CastFacts {
  readonly organisationId: string | null;
  readonly participationId: string | null;
  readonly manifestHash: string | null;
  readonly thumbprint: string | null;
  readonly targetCount: number;
  readonly rewardPoints: number;
}

interface CastRow extends Omit<CastRecord, 'earlier' | 'hasTakenPart'> {
  position: string;
  earlierHash: string | null;
  earlierReplacedHash: string | null;
}

export interface AcceptedBallot {
  readonly slot: string;
  readonly envelope: string;
  readonly envelopeHash: string;
  readonly callerKey: Buffer;
}

export interface FirstBallot extends AcceptedBallot {
  readonly participationId: string;
  readonly memberId: string;
  readonly organisationId: string;
}

export interface ReplacingBallot extends AcceptedBallot {
  readonly replacedHash: string;
}

const closingLock = 7_403_201;
const voterLock = 7_403_202;

/** The sealed ballots of open campaigns: rows come with casting and go, partition by partition, with closing. */
@Injectable()
export class BallotsStore {
  /**
   * Shared with all who cast, against who closes: each ballot is either counted or refused. And alone for each voter, so
   * that of two ballots at once one replaces the other. A statement of its own: the next one must see what was committed
   * while this one waited. In one order for everybody, so that two batches never wait for each other.
   */
  async lockForCasting(tx: EntityManager, campaignId: string, memberIds: readonly string[]): Promise<void> {
    await preparedRows(
      tx,
      'lock-for-castings',
      `SELECT CASE WHEN key.of_closing THEN pg_advisory_xact_lock_shared(key.number)
                   ELSE pg_advisory_xact_lock(key.number) END
         FROM (SELECT true AS of_closing, hashtextextended($1, ${closingLock}) AS number
               UNION ALL
               SELECT false, hashtextextended($1 || ' ' || member_id, ${voterLock})
                 FROM unnest($2::text[]) AS asked (member_id)
               ORDER BY of_closing DESC, number) AS key`,
      [campaignId, memberIds],
    );
  }

  /** Alone: waits for every casting under way, and lets none begin before the commit. */
  async lockForClosing(tx: EntityManager, campaignId: string): Promise<void> {
    await execute(tx, `SELECT pg_advisory_xact_lock(hashtextextended($1, ${closingLock}))`, [campaignId]);
  }

  /**
   * In the order of the castings; null for an unknown campaign. Row by row through keys (`LATERAL ... LIMIT 1`): planned
   * once, while a campaign has no ballots yet, joins would read all of its ballots at each look from then on.
   */
  async findCastRecords(
    tx: EntityManager,
    campaignId: string,
    castings: readonly Casting[],
  ): Promise<(CastRecord | null)[]> {
    const found = await preparedRows<CastRow>(
      tx,
      'find-cast-records',
      `SELECT asked.position, c.state, c.opens_at <= clock.now AS "hasBegun", c.closes_at <= clock.now AS "isOver",
              c.opens_at AS "opensAt", c.closed_at AS "closedAt", c.annulled_at AS "annulledAt",
              c.manifest_hash AS "manifestHash", c.key_thumbprint AS thumbprint, c.target_count AS "targetCount",
              coalesce(c.points_per_member, 0) AS "rewardPoints",
              s.slot, s.organisation_id AS "organisationId",
              encode(earlier.envelope_hash, 'hex') AS "earlierHash",
              encode(earlier.replaced_hash, 'hex') AS "earlierReplacedHash",
              encode(current.envelope_hash, 'hex') AS "currentHash",
              p.id AS "participationId"
         FROM unnest($2::uuid[], $3::bytea[]) WITH ORDINALITY AS asked (member_id, caller_key, position)
         JOIN campaign AS c ON c.id = $1::uuid
        CROSS JOIN ${clockTable}
         LEFT JOIN LATERAL (
           SELECT slot, organisation_id FROM electorate_slot
            WHERE campaign_id = $1::uuid AND member_id = asked.member_id LIMIT 1) AS s ON true
         LEFT JOIN LATERAL (
           SELECT envelope_hash, replaced_hash FROM ballot
            WHERE campaign_id = $1::uuid AND slot = s.slot AND caller_key = asked.caller_key LIMIT 1) AS earlier ON true
         LEFT JOIN LATERAL (
           SELECT envelope_hash FROM ballot
            WHERE campaign_id = $1::uuid AND slot = s.slot AND envelope IS NOT NULL LIMIT 1) AS current ON true
         LEFT JOIN LATERAL (
           SELECT id FROM participation
            WHERE campaign_id = $1::uuid AND member_id = asked.member_id LIMIT 1) AS p ON true`,
      [campaignId, castings.map(({ memberId }) => memberId), castings.map(({ callerKey }) => callerKey)],
    );
    const byPosition = new Map(found.map((one) => [Number(one.position), one]));
    return castings.map((_, index) => recordOf(byPosition.get(index + 1)));
  }

  /** Those of the hashes that were accepted before. */
  async listKnownHashes(
    tx: EntityManager,
    campaignId: string,
    hashes: readonly string[],
  ): Promise<ReadonlySet<string>> {
    if (hashes.length === 0) return new Set();
    const found = await rows<{ hash: string }>(
      tx,
      `SELECT encode(envelope_hash, 'hex') AS hash FROM ballot
        WHERE campaign_id = $1 AND envelope_hash = ANY (SELECT decode(hash, 'hex') FROM unnest($2::text[]) AS hash)`,
      [campaignId, hashes],
    );
    return new Set(found.map(({ hash }) => hash));
  }

  /**
   * First ballots, and the marks that their members took part. Both by their random ids, so that of ballots that came
   * together not even the order of the rows says whose is whose.
   */
  async insertFirst(tx: EntityManager, campaignId: string, ballots: readonly FirstBallot[]): Promise<void> {
    if (ballots.length === 0) return;
    await preparedRows(
      tx,
      'insert-first-ballots',
      `WITH accepted AS (
         INSERT INTO ballot (campaign_id, slot, envelope, envelope_hash, caller_key)
         SELECT $1::uuid, slot, envelope, decode(hash, 'hex'), caller_key
           FROM unnest($2::uuid[], $3::text[], $4::text[], $5::bytea[]) AS b (slot, envelope, hash, caller_key)
          ORDER BY slot
       )
       INSERT INTO participation (id, campaign_id, member_id, organisation_id)
       SELECT id, $1::uuid, member_id, organisation_id
         FROM unnest($6::uuid[], $7::uuid[], $8::uuid[]) AS p (id, member_id, organisation_id)
        ORDER BY id`,
      [
        campaignId,
        ...columnsOf(ballots),
        ballots.map(({ participationId }) => participationId),
        ballots.map(({ memberId }) => memberId),
        ballots.map(({ organisationId }) => organisationId),
      ],
    );
  }

  /** The envelopes that are replaced go at once; their hashes stay. */
  async replace(tx: EntityManager, campaignId: string, ballots: readonly ReplacingBallot[]): Promise<void> {
    if (ballots.length === 0) return;
    const replaced = await execute(
      tx,
      `UPDATE ballot SET envelope = NULL WHERE campaign_id = $1 AND slot = ANY ($2) AND envelope IS NOT NULL`,
      [campaignId, ballots.map(({ slot }) => slot)],
    );
    if (replaced !== ballots.length) throw new Error('A ballot was replaced that is not there');
    await execute(
      tx,
      `INSERT INTO ballot (campaign_id, slot, envelope, envelope_hash, caller_key, replaced_hash)
       SELECT $1::uuid, slot, envelope, decode(hash, 'hex'), caller_key, decode(replaced, 'hex')
         FROM unnest($2::uuid[], $3::text[], $4::text[], $5::bytea[], $6::text[])
              AS b (slot, envelope, hash, caller_key, replaced)
        ORDER BY slot`,
      [campaignId, ...columnsOf(ballots), ballots.map(({ replacedHash }) => replacedHash)],
    );
  }
}

function recordOf(found: CastRow | undefined): CastRecord | null {
  if (found === undefined) return null;
  const { position: _, earlierHash, earlierReplacedHash, ...facts } = found;
  return {
    ...facts,
    hasTakenPart: facts.participationId !== null,
    earlier: earlierHash === null ? null : { envelopeHash: earlierHash, replacedHash: earlierReplacedHash },
  };
}

function columnsOf(ballots: readonly AcceptedBallot[]): [string[], string[], string[], Buffer[]] {
  return [
    ballots.map(({ slot }) => slot),
    ballots.map(({ envelope }) => envelope),
    ballots.map(({ envelopeHash }) => envelopeHash),
    ballots.map(({ callerKey }) => callerKey),
  ];
}
