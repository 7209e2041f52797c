import { openTestDatabase, type TestDatabase } from '@zhijia/testing';
import { createDataSource } from './create-data-source.js';
import { databaseMigrations } from './migrations/index.js';
import { execute, rows } from './sql.js';
import { isTransient, SqlState } from './sql-state.js';

describe('a lock that somebody holds', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await openTestDatabase({ migrations: databaseMigrations });
    await execute(database.dataSource, `CREATE TABLE thing (id bigint PRIMARY KEY)`);
  });
  afterAll(() => database.close());

  it('is waited for so long and no longer; then the same can be tried again', async () => {
    const impatient = await createDataSource({
      url: database.url,
      applicationName: 'impatient',
      migrations: [],
      lockTimeoutMs: 50,
    }).initialize();
    try {
      await database.dataSource.transaction(async (holder) => {
        await execute(holder, 'LOCK TABLE thing IN ACCESS EXCLUSIVE MODE');
        const refused = await rows(impatient, 'SELECT id FROM thing').catch((error: unknown) => error);
        expect(refused).toMatchObject({ code: SqlState.lockNotAvailable });
        expect(isTransient(refused)).toBe(true);
      });
      await expect(rows(impatient, 'SELECT id FROM thing')).resolves.toEqual([]);
    } finally {
      await impatient.destroy();
    }
  });
});
