import { Injectable } from '@nestjs/common';
import type { Viewer } from '@zhijia/access';
import { execute, row, rows, type Queryable } from '@zhijia/database';
import type { JSONWebKeySet } from 'jose';
import type { EntityManager } from 'typeorm';
import { isUuid } from '@zhijia/subgraph';
import { campaignOrganisers } from '../access/evaluations.permissions.js';

export interface CampaignStanding {
  readonly state: string;
  readonly hasBegun: boolean;
  readonly isOver: boolean;
  readonly opensAt: string;
  readonly closedAt: string | null;
  readonly annulledAt: string | null;
}

/** All that the closing digest says of the ballots. */
export interface SealedBallots {
  readonly hashesDigest: string;
  readonly accepted: number;
  readonly replaced: number;
  readonly manifestHash: string;
  readonly serviceKeys: JSONWebKeySet;
}

/** What the end of a campaign asks and writes: closing, sealing, annulling. */
@Injectable()
export class ClosingsStore {
  /** Locked. Null where unknown, or held by an organisation that the viewer is no officer of or above. */
  async lockForOfficer(tx: EntityManager, campaignId: string, viewer: Viewer): Promise<CampaignStanding | null> {
    return row(
      tx,
      `${standing} WHERE c.id = $1::uuid
          AND EXISTS (SELECT 1 FROM known_organisation AS organiser, known_organisation AS office
                       WHERE organiser.id = c.organiser_id AND office.id = ANY ($2::uuid[])
                         AND organiser.path <@ office.path)
          FOR UPDATE`,
      [campaignId, viewer.organisationsOf(...campaignOrganisers).filter(isUuid)],
    );
  }

  async lock(tx: EntityManager, campaignId: string): Promise<CampaignStanding | null> {
    return row(tx, `${standing} WHERE c.id = $1::uuid FOR UPDATE`, [campaignId]);
  }

  async listDue(db: Queryable): Promise<string[]> {
    const due = await rows<{ id: string }>(
      db,
      `SELECT id FROM campaign
        WHERE state = 'OPEN' AND linkage_dropped_at IS NULL AND closes_at <= zhijia_now() ORDER BY closes_at, id`,
    );
    return due.map(({ id }) => id);
  }

  /** By time at its deadline, by hand now. */
  async markClosing(tx: EntityManager, campaignId: string): Promise<void> {
    await execute(
      tx,
      `UPDATE campaign SET state = 'CLOSING', closed_at = least(zhijia_now(), closes_at) WHERE id = $1`,
      [campaignId],
    );
  }

  async markAnnulled(tx: EntityManager, campaignId: string, reason: string): Promise<string> {
    const annulled = await row<{ annulledAt: string }>(
      tx,
      `UPDATE campaign SET state = 'ANNULLED', annulled_at = zhijia_now(), annulment_reason = $2
        WHERE id = $1 RETURNING annulled_at AS "annulledAt"`,
      [campaignId, reason],
    );
    if (annulled === null) throw new Error('A locked campaign vanished');
    return annulled.annulledAt;
  }

  /** Closed campaigns whose tally is to come, and whether their digest is sealed. */
  async listClosing(db: Queryable): Promise<{ id: string; isSealed: boolean }[]> {
    return rows(
      db,
      `SELECT id, closing_digest_jws IS NOT NULL AS "isSealed" FROM campaign
        WHERE state = 'CLOSING' AND linkage_dropped_at IS NULL ORDER BY closed_at, id`,
    );
  }

  /**
   * Hash and counts over all accepted envelopes, made where they lie: half a million hashes do not travel. Null unless
   * the campaign is closed and not sealed yet.
   */
  async lockForSealing(tx: EntityManager, campaignId: string): Promise<SealedBallots | null> {
    const campaign = await row<{ manifestHash: string; serviceKeys: JSONWebKeySet }>(
      tx,
      `SELECT manifest_hash AS "manifestHash", service_keys AS "serviceKeys" FROM campaign
        WHERE id = $1 AND state = 'CLOSING' AND closing_digest_jws IS NULL FOR UPDATE`,
      [campaignId],
    );
    if (campaign === null) return null;
    await execute(tx, `SET LOCAL statement_timeout = '120s'`);
    const ballots = await row<{ hashesDigest: string; accepted: number; replaced: number }>(
      tx,
      `SELECT encode(sha256(coalesce(string_agg(envelope_hash, ''::bytea ORDER BY envelope_hash), ''::bytea)), 'hex')
                AS "hashesDigest",
              count(*) AS accepted, count(replaced_hash) AS replaced
         FROM ballot WHERE campaign_id = $1`,
      [campaignId],
    );
    if (ballots === null) throw new Error('An aggregate answered no row');
    return { ...campaign, ...ballots };
  }

  async recordDigest(tx: EntityManager, campaignId: string, jws: string, serviceKeys: JSONWebKeySet): Promise<void> {
    await execute(tx, `UPDATE campaign SET closing_digest_jws = $2, service_keys = $3 WHERE id = $1`, [
      campaignId,
      jws,
      JSON.stringify(serviceKeys),
    ]);
  }
}

const standing = `
  SELECT c.state, c.opens_at <= zhijia_now() AS "hasBegun", c.closes_at <= zhijia_now() AS "isOver",
         c.opens_at AS "opensAt", c.closed_at AS "closedAt", c.annulled_at AS "annulledAt"
    FROM campaign AS c`;
