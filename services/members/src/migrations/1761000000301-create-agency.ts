import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateAgency1761000000301 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE agency (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        agent_account_id uuid NOT NULL CONSTRAINT agency_agent_exists REFERENCES account,
        member_id uuid NOT NULL CONSTRAINT agency_member_exists REFERENCES member,
        -- The office by which the agent reached the member.
        organisation_id uuid NOT NULL CONSTRAINT agency_organisation_exists REFERENCES organisation,
        -- One page answered twice is one agency.
        interaction_hash bytea NOT NULL CONSTRAINT agency_is_one_an_interaction UNIQUE,
        begun_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL,
        CONSTRAINT agency_ends_after_it_begins CHECK (ends_at > begun_at)
      )`);
    await db.query(`CREATE INDEX agency_of_member ON agency (member_id, begun_at DESC)`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE agency`);
  }
}
