import { execute } from '@zhijia/database';
import { openTestDatabase, type TestDatabase } from '@zhijia/testing';
import { membersMigrations } from '../migrations/index.js';
import { overdueRectifications } from './overdue-rectifications.store.js';

describe('overdue rectifications', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await openTestDatabase({ migrations: membersMigrations });
  });
  afterAll(() => database.close());

  it('are counted while their plan is owed, apart from those that were escalated', async () => {
    const { dataSource } = database;
    expect(await overdueRectifications.read(dataSource)).toEqual([
      { label: 'no', value: 0 },
      { label: 'yes', value: 0 },
    ]);
    await execute(
      dataSource,
      `WITH city AS (
         INSERT INTO organisation (node, code, name_zh, kind, path)
         VALUES (1, 'C', '某市总工会', 'FEDERATION', '1') RETURNING id)
       INSERT INTO rectification_task (campaign_id, target_id, organisation_id, organiser_id, state, plan_text,
         pass_share_basis_points, pass_line_basis_points, plan_due_at, plan_due_policy, escalated_at)
       SELECT uuidv7(), uuidv7(), city.id, city.id, task.state, task.plan_text, 0, 6000,
         zhijia_now() + make_interval(hours => task.due_in_hours), '{}', task.escalated_at
       FROM city, (VALUES
         ('PLAN_DUE', NULL, -1, NULL), ('PLAN_DUE', NULL, -30, now()), ('PLAN_DUE', NULL, -40, now()),
         ('PLAN_DUE', NULL, 1, NULL), ('IN_PROGRESS', 'a plan', -50, NULL)
       ) AS task (state, plan_text, due_in_hours, escalated_at)`,
    );
    expect(await overdueRectifications.read(dataSource)).toEqual([
      { label: 'no', value: 1 },
      { label: 'yes', value: 2 },
    ]);
  });
});
