import { Injectable } from '@nestjs/common';
import { execute, row, rows } from '@zhijia/database';
import type { EntityManager } from 'typeorm';
import { isUuid } from '@zhijia/subgraph';

/** An electorate that a campaign asks for and that is not frozen yet. */
export interface WantedElectorate {
  readonly eligibility: Eligibility;
  readonly strata: readonly string[];
  readonly minimumCell: number;
}

const freezingLock = 7_403_203;

/** Who counts in: members of the root's subtree who joined in time and, where asked for, are verified. */
export interface Eligibility {
  readonly rootOrganisationId: string;
  readonly requiresVerification: boolean;
  /** Today by the database's clock when null. */
  readonly asOf: string | null;
}

export interface ElectorateOrganisation {
  readonly organisationId: string;
  readonly path: string;
  readonly slotCount: number;
  readonly slotsHash: string;
}

const eligible = `
  FROM known_member AS m JOIN known_organisation AS o ON o.id = m.organisation_id
 WHERE o.path <@ (SELECT path FROM known_organisation WHERE id = $1::uuid)
   AND m.status = 'ACTIVE'
   AND m.joined_on <= coalesce($3::date, zhijia_today())
   AND (NOT $2::boolean OR m.verification <> 'NONE')`;

/** Frozen electorates: slots in a partition of each campaign, and the public tree with its counts. */
@Injectable()
export class ElectoratesStore {
  async countEligible(tx: EntityManager, eligibility: Eligibility): Promise<number> {
    const found = await row<{ size: number }>(tx, `SELECT count(*) AS size ${eligible}`, parametersOf(eligibility));
    return found?.size ?? 0;
  }

  /** What is to be frozen, for one at a time; null when it is, or when the campaign is no longer in preparation. */
  async lockWanted(tx: EntityManager, campaignId: string): Promise<WantedElectorate | null> {
    // Not the campaign's row: who annuls it must not wait for half a million slots.
    await execute(tx, `SELECT pg_advisory_xact_lock(hashtextextended($1, ${freezingLock}))`, [campaignId]);
    const found = await row<Eligibility & Omit<WantedElectorate, 'eligibility'>>(
      tx,
      `SELECT electorate_root_id AS "rootOrganisationId", requires_verification AS "requiresVerification",
              electorate_as_of AS "asOf", strata, minimum_cell AS "minimumCell"
         FROM campaign AS c
        WHERE c.id = $1 AND c.state = 'PREPARING'
          AND NOT EXISTS (SELECT 1 FROM electorate_organisation AS o WHERE o.campaign_id = c.id)`,
      [campaignId],
    );
    if (found === null) return null;
    const { strata, minimumCell, ...eligibility } = found;
    return { eligibility, strata, minimumCell };
  }

  /**
   * Gives every eligible member a slot, in a partition of the campaign's own, and makes the partition for its ballots.
   * Filled before its indexes are made and before it is attached: half a million slots take seconds, and no ballot of
   * another campaign waits meanwhile.
   *
   * @returns how many slots there are.
   */
  async freeze(
    tx: EntityManager,
    campaignId: string,
    eligibility: Eligibility,
    strata: readonly string[],
  ): Promise<number> {
    const { slots, ballots } = partitionsOf(campaignId);
    await execute(tx, `SET LOCAL statement_timeout = '120s'`);
    await execute(tx, `CREATE TABLE ${slots} (LIKE electorate_slot INCLUDING DEFAULTS)`);
    const stratum = strata.map((_, index) => `WHEN $${index + 5} = ANY (m.strata) THEN $${index + 5}::text`).join(' ');
    const inserted = await row<{ size: number }>(
      tx,
      `WITH given AS (
         INSERT INTO ${slots} (campaign_id, member_id, organisation_id, stratum)
         SELECT $4::uuid, m.id, m.organisation_id, ${strata.length === 0 ? `'OTHER'` : `CASE ${stratum} ELSE 'OTHER' END`}
         ${eligible} RETURNING 1)
       SELECT count(*) AS size FROM given`,
      [...parametersOf(eligibility), campaignId, ...strata],
    );
    await execute(
      tx,
      `ALTER TABLE ${slots} ADD PRIMARY KEY (campaign_id, slot), ADD UNIQUE (member_id, campaign_id),
         ADD CHECK (campaign_id = '${campaignId}')`,
    );
    await execute(tx, `ALTER TABLE electorate_slot ATTACH PARTITION ${slots} FOR VALUES IN ('${campaignId}')`);
    await execute(tx, `CREATE TABLE ${ballots} (LIKE ballot INCLUDING ALL)`);
    // Envelopes are random: trying to compress them costs time and wins nothing.
    await execute(tx, `ALTER TABLE ${ballots} ALTER COLUMN envelope SET STORAGE EXTERNAL`);
    await execute(tx, `ALTER TABLE ballot ATTACH PARTITION ${ballots} FOR VALUES IN ('${campaignId}')`);
    await execute(tx, `ANALYZE ${slots}`);
    return inserted?.size ?? 0;
  }

  /**
   * Writes the electorate's tree: every organisation with slots and all between it and the root, with the number and
   * the hash of its slots.
   *
   * @returns whether the tree is whole; not, while an organisation in between has not reached this service.
   */
  async recordTree(tx: EntityManager, campaignId: string, rootOrganisationId: string): Promise<boolean> {
    const counted = await row<{ missing: number }>(
      tx,
      `WITH counts AS (
         SELECT organisation_id, count(*)::integer AS slot_count,
                encode(sha256(string_agg(uuid_send(slot), ''::bytea ORDER BY slot)), 'hex') AS slots_hash
           FROM electorate_slot WHERE campaign_id = $1::uuid GROUP BY organisation_id
       ), places AS (
         SELECT DISTINCT subpath(leaf.path, 0, depth) AS path
           FROM counts
           JOIN known_organisation AS leaf ON leaf.id = counts.organisation_id
           JOIN known_organisation AS root ON root.id = $2::uuid
          CROSS JOIN LATERAL generate_series(nlevel(root.path), nlevel(leaf.path)) AS depth
       ), recorded AS (
         INSERT INTO electorate_organisation
           (campaign_id, organisation_id, path, name_zh, name_en, slot_count, slots_hash)
         SELECT $1::uuid, o.id, o.path, o.name_zh, o.name_en, coalesce(counts.slot_count, 0),
                coalesce(counts.slots_hash, encode(sha256(''::bytea), 'hex'))
           FROM places JOIN known_organisation AS o ON o.path = places.path
           LEFT JOIN counts ON counts.organisation_id = o.id
         RETURNING 1
       )
       SELECT (SELECT count(*) FROM places) - (SELECT count(*) FROM recorded) AS missing`,
      [campaignId, rootOrganisationId],
    );
    return counted?.missing === 0;
  }

  /** @returns whether the campaign is still in preparation; from here on who annuls it waits. */
  async recordSize(tx: EntityManager, campaignId: string, size: number): Promise<boolean> {
    const touched = await execute(
      tx,
      `UPDATE campaign SET electorate_size = $2 WHERE id = $1 AND state = 'PREPARING'`,
      [campaignId, size],
    );
    return touched === 1;
  }

  async listTree(tx: EntityManager, campaignId: string): Promise<ElectorateOrganisation[]> {
    return rows(
      tx,
      `SELECT organisation_id AS "organisationId", path::text AS path, slot_count AS "slotCount",
              slots_hash AS "slotsHash"
         FROM electorate_organisation WHERE campaign_id = $1 ORDER BY path`,
      [campaignId],
    );
  }
}

/** The campaign's own partitions. Names are built from a checked id: utility statements take no parameters. */
export function partitionsOf(campaignId: string): { slots: string; ballots: string } {
  if (!isUuid(campaignId)) throw new TypeError('Not the id of a campaign.');
  const suffix = campaignId.replaceAll('-', '');
  return { slots: `electorate_slot_${suffix}`, ballots: `ballot_${suffix}` };
}

function parametersOf(eligibility: Eligibility): [string, boolean, string | null] {
  return [eligibility.rootOrganisationId, eligibility.requiresVerification, eligibility.asOf];
}
