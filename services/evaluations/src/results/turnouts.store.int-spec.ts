import { execute, row } from '@zhijia/database';
import { openTestDatabase, type TestDatabase } from '@zhijia/testing';
import { ParticipationCountsStore } from '../electorates/participation-counts.store.js';
import { evaluationsMigrations } from '../migrations/index.js';
import { TurnoutsStore } from './turnouts.store.js';

describe('the turnout of a campaign', () => {
  let database: TestDatabase;
  let campaignId: string;

  beforeAll(async () => {
    database = await openTestDatabase({ migrations: evaluationsMigrations });
    await execute(
      database.dataSource,
      `INSERT INTO question_set (id, version, question_zh, question_en, grade_labels, hash)
       VALUES ('grades', 1, '满意吗', 'Satisfied?', '[]', 'hash')`,
    );
    const campaign = await row<{ id: string }>(
      database.dataSource,
      `INSERT INTO campaign (organiser_id, title_zh, title_en, state, question_set_id, question_set_version, opens_at,
         closes_at, electorate_root_id, electorate_size, requires_verification, electorate_as_of, target_count,
         grade_count, bad_from_grade, minimum_cell, pass_line_basis_points, min_turnout_basis_points, strata, has_codes,
         policy_versions, manifest_jws, manifest_hash, manifest_fingerprint, key_thumbprint, service_keys)
       VALUES (uuidv7(), '评议', 'Campaign', 'OPEN', 'grades', 1, zhijia_now() - interval '1 day',
         zhijia_now() + interval '1 day', uuidv7(), 1800000, false, zhijia_today(), 1, 5, 4, 10, 6000, 0, '{}', true,
         '{}', 'jws', 'hash', 'fingerprint', 'thumbprint', '{}')
       RETURNING id`,
    );
    campaignId = campaign!.id;
  });
  afterAll(() => database.close());

  const counts = (): ParticipationCountsStore => new ParticipationCountsStore(database.dataSource);
  const turnout = async (): Promise<unknown> =>
    (await new TurnoutsStore(database.dataSource).listTurnouts([campaignId]))[0];

  it('is what was counted last, of all organisations', async () => {
    await execute(
      database.dataSource,
      `INSERT INTO participation (campaign_id, member_id, organisation_id)
       SELECT $1, uuidv7(), CASE WHEN n % 2 = 0 THEN $2::uuid ELSE $3::uuid END FROM generate_series(1, 90) AS n`,
      [campaignId, '01990000-0000-7000-8000-000000000001', '01990000-0000-7000-8000-000000000002'],
    );
    expect(await turnout()).toMatchObject({ tookPart: 0 });
    await counts().recount(await counts().listRunning());
    expect(await turnout()).toEqual({ campaignId, electorateSize: 1_800_000, tookPart: 90, share: 0 });
  });

  it('holds for a city', async () => {
    await execute(database.dataSource, `UPDATE campaign SET participant_count = 533000 WHERE id = $1`, [campaignId]);
    expect(await turnout()).toMatchObject({ tookPart: 533_000, share: 2_961 });
  });
});
