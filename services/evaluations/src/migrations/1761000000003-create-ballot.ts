import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateBallot1761000000003 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    // Every accepted hash stays while the campaign runs, so that a superseded envelope cannot come again; the envelope
    // of a superseded one goes at once. No time, no number, no order. The keys of the callers go with the partition.
    await db.query(`
      CREATE TABLE ballot (
        campaign_id uuid NOT NULL,
        envelope_hash bytea NOT NULL,
        slot uuid NOT NULL,
        envelope text,
        replaced_hash bytea,
        caller_key bytea NOT NULL,
        PRIMARY KEY (campaign_id, envelope_hash),
        CONSTRAINT ballot_caller_key_is_used_once UNIQUE (campaign_id, slot, caller_key),
        CONSTRAINT ballot_hash_is_sha256 CHECK (length(envelope_hash) = 32)
      ) PARTITION BY LIST (campaign_id)`);
    await db.query(
      `CREATE UNIQUE INDEX ballot_is_current_once ON ballot (campaign_id, slot) WHERE envelope IS NOT NULL`,
    );
    // That a member took part remains; a random id and no time, so that it tells nothing of when.
    await db.query(`
      CREATE TABLE participation (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        campaign_id uuid NOT NULL,
        member_id uuid NOT NULL,
        organisation_id uuid NOT NULL,
        CONSTRAINT participation_is_counted_once UNIQUE (member_id, campaign_id)
      )`);
    await db.query(`CREATE INDEX participation_organisation ON participation (campaign_id, organisation_id)`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE participation`);
    await db.query(`DROP TABLE ballot`);
  }
}
