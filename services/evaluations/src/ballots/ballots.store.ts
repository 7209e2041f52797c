import { Injectable } from '@nestjs/common';
import { execute, preparedRows, row } from '@zhijia/database';
import type { EntityManager } from 'typeorm';
import type { CastFacts } from '../rules/plan-cast.js';

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
  earlierHash: string | null;
  earlierReplacedHash: string | null;
}

export interface AcceptedBallot {
  readonly campaignId: string;
  readonly slot: string;
  readonly envelope: string;
  readonly envelopeHash: string;
  readonly replacedHash: string | null;
  readonly callerKey: Buffer;
}

const closingLock = 7_403_201;
const voterLock = 7_403_202;

/** The sealed ballots of open campaigns: rows come with casting and go, partition by partition, with closing. */
@Injectable()
export class BallotsStore {
  /**
   * Shared with all who cast, against who closes: each ballot is either counted or refused. And alone for one voter, so
   * that of two ballots at once one replaces the other. A statement of its own: the next one must see what was committed
   * while this one waited.
   */
  async lockForCasting(tx: EntityManager, campaignId: string, memberId: string): Promise<void> {
    await preparedRows(
      tx,
      'lock-for-casting',
      `SELECT pg_advisory_xact_lock_shared(hashtextextended($1, ${closingLock})),
              pg_advisory_xact_lock(hashtextextended($2, ${voterLock}))`,
      [campaignId, `${campaignId} ${memberId}`],
    );
  }

  /** Alone: waits for every casting under way, and lets none begin before the commit. */
  async lockForClosing(tx: EntityManager, campaignId: string): Promise<void> {
    await execute(tx, `SELECT pg_advisory_xact_lock(hashtextextended($1, ${closingLock}))`, [campaignId]);
  }

  /** Null for an unknown campaign. */
  async findCastRecord(
    tx: EntityManager,
    campaignId: string,
    memberId: string,
    callerKey: Buffer,
  ): Promise<CastRecord | null> {
    const [found] = await preparedRows<CastRow>(
      tx,
      'find-cast-record',
      `SELECT c.state, c.opens_at <= zhijia_now() AS "hasBegun", c.closes_at <= zhijia_now() AS "isOver",
              c.opens_at AS "opensAt", c.closed_at AS "closedAt", c.annulled_at AS "annulledAt",
              c.manifest_hash AS "manifestHash", c.key_thumbprint AS thumbprint, c.target_count AS "targetCount",
              coalesce(c.points_per_member, 0) AS "rewardPoints",
              s.slot, s.organisation_id AS "organisationId",
              encode(earlier.envelope_hash, 'hex') AS "earlierHash",
              encode(earlier.replaced_hash, 'hex') AS "earlierReplacedHash",
              encode(current.envelope_hash, 'hex') AS "currentHash",
              p.id AS "participationId"
         FROM campaign AS c
         LEFT JOIN electorate_slot AS s ON s.campaign_id = $1::uuid AND s.member_id = $2::uuid
         LEFT JOIN ballot AS earlier
           ON earlier.campaign_id = $1::uuid AND earlier.slot = s.slot AND earlier.caller_key = $3
         LEFT JOIN ballot AS current
           ON current.campaign_id = $1::uuid AND current.slot = s.slot AND current.envelope IS NOT NULL
         LEFT JOIN participation AS p ON p.member_id = $2::uuid AND p.campaign_id = $1::uuid
        WHERE c.id = $1::uuid`,
      [campaignId, memberId, callerKey],
    );
    if (found === undefined) return null;
    const { earlierHash, earlierReplacedHash, ...facts } = found;
    return {
      ...facts,
      hasTakenPart: facts.participationId !== null,
      earlier: earlierHash === null ? null : { envelopeHash: earlierHash, replacedHash: earlierReplacedHash },
    };
  }

  async isHashKnown(tx: EntityManager, campaignId: string, envelopeHash: string): Promise<boolean> {
    const found = await row(tx, `SELECT 1 FROM ballot WHERE campaign_id = $1 AND envelope_hash = decode($2, 'hex')`, [
      campaignId,
      envelopeHash,
    ]);
    return found !== null;
  }

  /** The first ballot, and the mark that the member took part. @returns the participation's id. */
  async insertFirst(
    tx: EntityManager,
    ballot: AcceptedBallot,
    voter: { readonly memberId: string; readonly organisationId: string },
  ): Promise<string> {
    const [inserted] = await preparedRows<{ id: string }>(
      tx,
      'insert-first-ballot',
      `WITH accepted AS (
         INSERT INTO ballot (campaign_id, slot, envelope, envelope_hash, caller_key)
         VALUES ($1::uuid, $2, $3, decode($4, 'hex'), $5)
       )
       INSERT INTO participation (campaign_id, member_id, organisation_id) VALUES ($1::uuid, $6, $7) RETURNING id`,
      [
        ballot.campaignId,
        ballot.slot,
        ballot.envelope,
        ballot.envelopeHash,
        ballot.callerKey,
        voter.memberId,
        voter.organisationId,
      ],
    );
    if (inserted === undefined) throw new Error('INSERT ... RETURNING answered no row');
    return inserted.id;
  }

  /** The envelope that is replaced goes at once; its hash stays. */
  async replace(tx: EntityManager, ballot: AcceptedBallot): Promise<void> {
    const replaced = await execute(
      tx,
      `UPDATE ballot SET envelope = NULL WHERE campaign_id = $1 AND slot = $2 AND envelope IS NOT NULL`,
      [ballot.campaignId, ballot.slot],
    );
    if (replaced !== 1) throw new Error('A ballot was replaced that is not there');
    await execute(
      tx,
      `INSERT INTO ballot (campaign_id, slot, envelope, envelope_hash, replaced_hash, caller_key)
       VALUES ($1, $2, $3, decode($4, 'hex'), decode($5, 'hex'), $6)`,
      [ballot.campaignId, ballot.slot, ballot.envelope, ballot.envelopeHash, ballot.replacedHash, ballot.callerKey],
    );
  }
}
