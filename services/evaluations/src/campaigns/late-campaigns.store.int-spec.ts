import { execute, setClockOffset } from '@zhijia/database';
import { openTestDatabase, type TestDatabase } from '@zhijia/testing';
import { evaluationsMigrations } from '../migrations/index.js';
import { lateCampaigns } from './late-campaigns.store.js';

describe('how late campaigns are', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await openTestDatabase({ migrations: evaluationsMigrations });
    await execute(
      database.dataSource,
      `INSERT INTO question_set (id, version, question_zh, question_en, grade_labels, hash)
       VALUES ('grades', 1, '满意吗', 'Satisfied?', '[]', 'hash')`,
    );
  });
  afterAll(() => database.close());

  async function aCampaign(state: string, closesInMinutes: number): Promise<void> {
    await execute(
      database.dataSource,
      `INSERT INTO campaign (organiser_id, title_zh, title_en, state, question_set_id, question_set_version, opens_at,
         closes_at, closed_at, electorate_root_id, requires_verification, electorate_as_of, target_count, grade_count,
         bad_from_grade, minimum_cell, pass_line_basis_points, min_turnout_basis_points, strata, has_codes,
         policy_versions, manifest_jws, manifest_hash, manifest_fingerprint, key_thumbprint, service_keys)
       SELECT uuidv7(), '评议', 'Campaign', $1, 'grades', 1, zhijia_now() - interval '1 day', closes_at,
         CASE WHEN $1 = 'CLOSING' THEN closes_at END, uuidv7(), false, zhijia_today(), 1, 5, 4, 10, 6000, 0, '{}', true,
         '{}', 'jws', 'hash', 'fingerprint', 'thumbprint', '{}'
       FROM (SELECT zhijia_now() + make_interval(mins => $2) AS closes_at) AS moment`,
      [state, closesInMinutes],
    );
  }
  const minutesLate = async (): Promise<Record<string, number>> => {
    const readings = await lateCampaigns.read(database.dataSource);
    return Object.fromEntries(readings.map(({ label, value }) => [label, Math.floor(value / 60)]));
  };

  it('is told step by step, by the clock of the database', async () => {
    expect(await minutesLate()).toEqual({ open: 0, close: 0, count: 0 });
    await aCampaign('OPEN', 30);
    expect(await minutesLate()).toEqual({ open: 0, close: 0, count: 0 });
    await aCampaign('OPEN', -10);
    await aCampaign('CLOSING', -20);
    await aCampaign('CLOSING', -5);
    await aCampaign('PREPARING', 30);
    expect(await minutesLate()).toEqual({ open: 0, close: 10, count: 20 });
    await setClockOffset(database.dataSource, 3_600);
    expect(await minutesLate()).toEqual({ open: 60, close: 70, count: 80 });
  });
});
