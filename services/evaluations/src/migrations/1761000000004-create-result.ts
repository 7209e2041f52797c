import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a tally publishes: counts and a board, sorted by content. No ids of ballots, no times, no order of arrival. */
export class CreateResult1761000000004 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE campaign_result (
        campaign_id uuid PRIMARY KEY REFERENCES campaign,
        slots integer NOT NULL,
        cast_ballots integer NOT NULL,
        counted integer NOT NULL,
        replaced integer NOT NULL,
        spoiled integer NOT NULL,
        turnout_basis_points integer NOT NULL,
        is_valid boolean NOT NULL,
        board_hash text NOT NULL,
        board_bytes bigint NOT NULL
      )`);
    await db.query(`
      CREATE TABLE board_chunk (
        campaign_id uuid NOT NULL REFERENCES campaign_result,
        position integer NOT NULL,
        bytes bytea NOT NULL,
        PRIMARY KEY (campaign_id, position)
      )`);
    await db.query(`ALTER TABLE board_chunk ALTER COLUMN bytes SET STORAGE EXTERNAL`);
    await db.query(`
      CREATE TABLE result_group (
        campaign_id uuid NOT NULL REFERENCES campaign_result,
        kind text NOT NULL,
        position integer NOT NULL,
        name text NOT NULL,
        organisation_id uuid,
        organisation_ids uuid[],
        merges text[],
        slots integer,
        ballots integer NOT NULL,
        PRIMARY KEY (campaign_id, kind, position),
        CONSTRAINT result_group_is_cell_or_stratum CHECK (
          (kind = 'CELL' AND num_nulls(organisation_id, organisation_ids, slots) = 0 AND merges IS NULL)
          OR (kind = 'STRATUM' AND num_nonnulls(organisation_id, organisation_ids, slots) = 0 AND merges IS NOT NULL))
      )`);
    // kind TOTAL, CELL or STRATUM; position is that of the group, 0 for the total.
    await db.query(`
      CREATE TABLE target_result (
        campaign_id uuid NOT NULL REFERENCES campaign_result,
        target_id uuid NOT NULL,
        kind text NOT NULL,
        position integer NOT NULL,
        none_count integer NOT NULL,
        grade_counts integer[] NOT NULL,
        dont_know_count integer NOT NULL,
        answers integer NOT NULL,
        pass_share_basis_points integer,
        bad_share_basis_points integer,
        is_below_line boolean,
        PRIMARY KEY (campaign_id, target_id, kind, position)
      )`);
  }

  async down(db: QueryRunner): Promise<void> {
    for (const table of ['target_result', 'result_group', 'board_chunk', 'campaign_result']) {
      await db.query(`DROP TABLE ${table}`);
    }
  }
}
