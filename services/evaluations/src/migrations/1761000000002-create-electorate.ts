import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateElectorate1761000000002 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    // The electorate's tree as it was at the opening, with the public counts. Stays.
    await db.query(`
      CREATE TABLE electorate_organisation (
        campaign_id uuid NOT NULL REFERENCES campaign,
        organisation_id uuid NOT NULL,
        path ltree NOT NULL,
        name_zh text NOT NULL,
        name_en text,
        slot_count integer NOT NULL,
        slots_hash text NOT NULL,
        participant_count integer NOT NULL DEFAULT 0,
        PRIMARY KEY (campaign_id, organisation_id),
        CONSTRAINT electorate_organisation_path_is_one_place UNIQUE (campaign_id, path)
      ) WITH (fillfactor = 80)`);
    // The only link from slot to member: one partition a campaign, dropped after its tally.
    await db.query(`
      CREATE TABLE electorate_slot (
        campaign_id uuid NOT NULL,
        slot uuid NOT NULL DEFAULT gen_random_uuid(),
        member_id uuid NOT NULL,
        organisation_id uuid NOT NULL,
        stratum text NOT NULL,
        PRIMARY KEY (campaign_id, slot),
        CONSTRAINT electorate_slot_is_one_per_member UNIQUE (member_id, campaign_id)
      ) PARTITION BY LIST (campaign_id)`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE electorate_slot`);
    await db.query(`DROP TABLE electorate_organisation`);
  }
}
