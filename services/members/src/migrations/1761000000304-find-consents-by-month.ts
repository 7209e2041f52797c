import type { MigrationInterface, QueryRunner } from 'typeorm';

export class FindConsentsByMonth1761000000304 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    await db.query(`CREATE INDEX consent_by_day_given ON consent (given_at)`);
    await db.query(`
      CREATE INDEX consent_by_day_withdrawn ON consent (withdrawn_at) WHERE withdrawal_reason = 'MEMBER'`);
    // Lines come in the order of time: a page of them has one day, and writing one costs next to nothing.
    await db.query(`CREATE INDEX consent_use_by_day ON consent_use USING brin (used_at)`);
  }

  async down(db: QueryRunner): Promise<void> {
    for (const index of ['consent_by_day_given', 'consent_by_day_withdrawn', 'consent_use_by_day']) {
      await db.query(`DROP INDEX ${index}`);
    }
  }
}
