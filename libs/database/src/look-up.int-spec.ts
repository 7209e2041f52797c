import { openTestDatabase, until, type TestDatabase } from '@zhijia/testing';
import { lookUp } from './look-up.js';
import { databaseMigrations } from './migrations/index.js';
import { isTransient, SqlState, sqlStateOf } from './sql-state.js';
import { execute, row } from './sql.js';

const byKey = `SELECT id, name FROM thing WHERE id = ANY($1::bigint[]) ORDER BY id`;

describe('looking up', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await openTestDatabase({ migrations: databaseMigrations });
    await execute(database.dataSource, `CREATE TABLE thing (id bigint PRIMARY KEY, name text NOT NULL)`);
    await execute(database.dataSource, `INSERT INTO thing SELECT n, 'thing ' || n FROM generate_series(1, 500) AS n`);
  });
  afterAll(() => database.close());

  const thing = (id: number): { id: number; name: string } => ({ id, name: `thing ${id}` });

  it('gives each of many at once its own rows', async () => {
    const ids = Array.from({ length: 500 }, (_, index) => index + 1);
    const found = await Promise.all(ids.map((id) => lookUp(database.dataSource, byKey, [[id]])));
    expect(found).toEqual(ids.map((id) => [thing(id)]));
    await expect(lookUp(database.dataSource, byKey, [ids])).resolves.toEqual(ids.map(thing));
  });

  it('fails the one statement that is wrong, and none that travels with it', async () => {
    const [before, wrong, after] = await Promise.allSettled([
      lookUp(database.dataSource, byKey, [[1]]),
      lookUp(database.dataSource, byKey, [['not a number']]),
      lookUp(database.dataSource, byKey, [[2]]),
    ]);
    expect(before).toEqual({ status: 'fulfilled', value: [thing(1)] });
    expect(wrong).toMatchObject({ status: 'rejected', reason: { code: '22P02' } });
    expect(after).toEqual({ status: 'fulfilled', value: [thing(2)] });
  });

  it('sees what its own transaction wrote', async () => {
    await database.dataSource.transaction(async (tx) => {
      await execute(tx, `INSERT INTO thing VALUES (1000, 'thing 1000')`);
      await expect(lookUp(tx, byKey, [[1000]])).resolves.toEqual([thing(1000)]);
      await expect(lookUp(database.dataSource, byKey, [[1000]])).resolves.toEqual([]);
      await execute(tx, `DELETE FROM thing WHERE id = 1000`);
    });
  });

  it('goes on after its connections were cut', async () => {
    await lookUp(database.dataSource, byKey, [[1]]);
    const cut = await row<{ count: number }>(
      database.dataSource,
      `SELECT count(pg_terminate_backend(pid)) AS count FROM pg_stat_activity
        WHERE datname = current_database() AND application_name LIKE '%-lookups'`,
    );
    expect(cut?.count).toBeGreaterThan(0);
    const found = await until(
      async () => {
        try {
          return await lookUp(database.dataSource, byKey, [[1]]);
        } catch (error) {
          expect(isTransient(error)).toBe(true);
          return null;
        }
      },
      { what: 'a look-up over a new connection' },
    );
    expect(found).toEqual([thing(1)]);
  });

  it('goes on after a migration changed what a statement answers', async () => {
    const text = `SELECT * FROM changing WHERE one = $1`;
    await execute(database.dataSource, `CREATE TABLE changing (one text)`);
    await execute(database.dataSource, `INSERT INTO changing VALUES ('1')`);
    await expect(lookUp(database.dataSource, text, ['1'])).resolves.toEqual([{ one: '1' }]);
    await execute(database.dataSource, `ALTER TABLE changing ADD two text`);
    await expect(lookUp(database.dataSource, text, ['1'])).resolves.toEqual([{ one: '1', two: null }]);
  });

  it('does not wait for a lock that somebody keeps', async () => {
    await database.dataSource.transaction(async (tx) => {
      await execute(tx, `LOCK TABLE thing`);
      const refused = await lookUp(database.dataSource, byKey, [[1]]).catch((error: unknown) => error);
      expect([SqlState.lockNotAvailable, SqlState.queryCanceled]).toContain(sqlStateOf(refused));
      expect(isTransient(refused)).toBe(true);
    });
  });
});
