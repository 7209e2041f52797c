import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateReward1761000000001 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE reward_pool (
        campaign_id uuid PRIMARY KEY,
        account_id uuid NOT NULL,
        points_per_member bigint NOT NULL,
        pool_points bigint NOT NULL,
        opened_at timestamptz NOT NULL DEFAULT zhijia_now(),
        emptied_at timestamptz,
        closed_at timestamptz,
        -- What went back when the pool closed; ballots cast before that are still paid from it.
        returned_points bigint NOT NULL DEFAULT 0,
        CONSTRAINT reward_pool_has_its_own_account UNIQUE (account_id),
        CONSTRAINT reward_pool_promises_points CHECK (points_per_member > 0 AND pool_points > 0),
        CONSTRAINT reward_pool_returns_what_it_had CHECK (returned_points BETWEEN 0 AND pool_points),
        CONSTRAINT reward_pool_returns_when_closed CHECK (returned_points = 0 OR closed_at IS NOT NULL)
      )`);
    // No foreign keys: half a million rows come in within minutes, and the same statement has just read what they name.
    await db.query(`
      CREATE TABLE reward (
        participation_id uuid PRIMARY KEY,
        campaign_id uuid NOT NULL,
        member_id uuid NOT NULL,
        status text NOT NULL,
        points bigint NOT NULL,
        transfer_id uuid,
        settled_at timestamptz NOT NULL DEFAULT zhijia_now(),
        CONSTRAINT reward_status_is_known CHECK (status IN ('GRANTED', 'POOL_EMPTY', 'NOT_PROMISED')),
        CONSTRAINT reward_granted_has_points CHECK (points >= 0 AND (status = 'GRANTED') = (points > 0)),
        CONSTRAINT reward_granted_has_transfer CHECK ((status = 'GRANTED') = (transfer_id IS NOT NULL))
      )`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE reward`);
    await db.query(`DROP TABLE reward_pool`);
  }
}
