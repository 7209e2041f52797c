import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How many took part in all, beside the figures of the organisations: a city has thousands of them to add up. */
export class CountParticipantsOfCampaign1761000000007 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE campaign ADD COLUMN participant_count integer NOT NULL DEFAULT 0`);
    await db.query(`
      UPDATE campaign AS c SET participant_count = counted.participants
        FROM (SELECT campaign_id, sum(participant_count)::integer AS participants
                FROM electorate_organisation GROUP BY campaign_id) AS counted
       WHERE c.id = counted.campaign_id`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`ALTER TABLE campaign DROP COLUMN participant_count`);
  }
}
