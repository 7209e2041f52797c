import { openTestDatabase, until, type TestDatabase } from '@zhijia/testing';
import { createDataSource } from './create-data-source.js';
import { databaseMigrations } from './migrations/index.js';
import { execute, row, rows } from './sql.js';

describe('rows', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await openTestDatabase({ migrations: databaseMigrations });
    await execute(database.dataSource, `CREATE TABLE thing (id bigint PRIMARY KEY, name text NOT NULL)`);
    await execute(database.dataSource, `INSERT INTO thing SELECT n, 'thing ' || n FROM generate_series(1, 5) AS n`);
  });
  afterAll(() => database.close());

  it('answers the same outside and inside a transaction', async () => {
    const text = `SELECT id, name FROM thing WHERE id = ANY($1::bigint[]) ORDER BY id`;
    const expected = [
      { id: 2, name: 'thing 2' },
      { id: 4, name: 'thing 4' },
    ];
    for (let times = 0; times < 20; times += 1) {
      await expect(rows(database.dataSource, text, [[2, 4]])).resolves.toEqual(expected);
    }
    await expect(database.dataSource.transaction((tx) => rows(tx, text, [[2, 4]]))).resolves.toEqual(expected);
  });

  it('answers what a change returned', async () => {
    const text = `UPDATE thing SET name = $2 WHERE id = $1 RETURNING name`;
    await expect(row(database.dataSource, text, [1, 'renamed'])).resolves.toEqual({ name: 'renamed' });
    await expect(row(database.dataSource, text, [99, 'renamed'])).resolves.toBeNull();
  });

  it('keeps one plan for a statement, however many keys it is asked for', async () => {
    const text = `SELECT id FROM thing WHERE id = ANY($1::bigint[])`;
    const ask = (ids: readonly number[]) => rows(database.dataSource, text, [ids]);
    // One at a time: all on one connection.
    for (const ids of [[1], [2], [3], [1, 2], [], [4], [5], [1], [2]])
      await expect(ask(ids)).resolves.toHaveLength(ids.length);
    const [plans] = await rows<{ anew: number; kept: number }>(
      database.dataSource,
      `SELECT custom_plans AS anew, generic_plans AS kept FROM pg_prepared_statements WHERE statement = $1`,
      [text],
    );
    expect(plans).toEqual({ anew: 0, kept: 9 });
  });

  it('opens its connections again after it was closed', async () => {
    const other = createDataSource({ url: database.url, applicationName: 'other', migrations: [] });
    for (let times = 0; times < 2; times += 1) {
      await other.initialize();
      await expect(row(other, `SELECT 1 AS one`)).resolves.toEqual({ one: 1 });
      await other.destroy();
      await expect(row(other, `SELECT 1 AS one`)).rejects.toThrow();
    }
  });

  it('goes on after a connection was cut', async () => {
    const ask = () => row(database.dataSource, `SELECT pg_backend_pid() AS pid`);
    const first = await ask();
    await database.dataSource.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    await until(async () => (await ask().catch(() => null)) !== null, { what: 'a read is answered again' });
    expect(await ask()).not.toEqual(first);
  });

  it('goes on after a migration changed what a prepared statement answers', async () => {
    const text = `SELECT * FROM changing`;
    await execute(database.dataSource, `CREATE TABLE changing (one text)`);
    await execute(database.dataSource, `INSERT INTO changing VALUES ('1')`);
    await expect(rows(database.dataSource, text)).resolves.toEqual([{ one: '1' }]);
    await execute(database.dataSource, `ALTER TABLE changing ADD two text`);
    await expect(rows(database.dataSource, text)).resolves.toEqual([{ one: '1', two: null }]);
  });

  it('says which constraint a statement broke', async () => {
    await expect(
      rows(database.dataSource, `INSERT INTO thing VALUES ($1, $2) RETURNING id`, [3, 'again']),
    ).rejects.toMatchObject({ code: '23505', constraint: 'thing_pkey' });
  });
});
