import { openTestDatabase, type TestDatabase } from '@zhijia/testing';
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
