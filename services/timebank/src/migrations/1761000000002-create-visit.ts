import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateVisit1761000000002 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`CREATE EXTENSION IF NOT EXISTS btree_gist`);
    await db.query(`
      CREATE TABLE visit (
        id uuid PRIMARY KEY,
        account_id uuid NOT NULL CONSTRAINT visit_is_posted_to_an_account REFERENCES time_account (id),
        served_member_id uuid,
        kind text NOT NULL,
        started_at timestamptz NOT NULL,
        ended_at timestamptz NOT NULL,
        minutes bigint NOT NULL,
        note text,
        -- What the policies said, and under which versions it was decided.
        allows_overlap boolean NOT NULL,
        policy_versions jsonb NOT NULL,
        status text NOT NULL DEFAULT 'POSTED',
        transfer_id uuid NOT NULL,
        posted_by text NOT NULL,
        posted_at timestamptz NOT NULL DEFAULT zhijia_now(),
        reversal_transfer_id uuid,
        reversal_reason text,
        reversed_by text,
        reversed_at timestamptz,
        CONSTRAINT visit_is_posted_by_its_transfer UNIQUE (transfer_id),
        CONSTRAINT visit_is_reversed_by_its_transfer UNIQUE (reversal_transfer_id),
        CONSTRAINT visit_lasts_its_minutes CHECK (
          minutes > 0 AND extract(epoch FROM ended_at - started_at) = minutes * 60),
        CONSTRAINT visit_status_is_known CHECK (status IN ('POSTED', 'REVERSED')),
        CONSTRAINT visit_reversed_says_why CHECK ((status = 'REVERSED')
          = (reversal_transfer_id IS NOT NULL AND reversal_reason IS NOT NULL AND reversed_at IS NOT NULL)),
        CONSTRAINT visit_does_not_overlap EXCLUDE USING gist (
          account_id WITH =, tstzrange(started_at, ended_at) WITH &&)
          WHERE (status = 'POSTED' AND NOT allows_overlap)
      )`);
    await db.query(`CREATE INDEX visit_account ON visit (account_id, started_at)`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE visit`);
  }
}
