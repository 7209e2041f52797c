import { openTestDatabase, until, type TestDatabase } from '@zhijia/testing';
import type { DataSource } from 'typeorm';
import { createDataSource } from './create-data-source.js';
import { runUntil } from './deadline.js';
import { inTransaction } from './in-transaction.js';
import { execute, poolFigures, row, rows } from './sql.js';
import { isTransient } from './sql-state.js';

/** Longer than a test may take: what ends, ended because it was cut. */
const forEver = 'SELECT pg_sleep(600)';

describe('work whose deadline passes', () => {
  let database: TestDatabase;
  let db: DataSource;

  beforeAll(async () => {
    database = await openTestDatabase({ migrations: [] });
    db = await createDataSource({
      url: database.url,
      applicationName: 'late',
      migrations: [],
      poolSize: 1,
      statementTimeoutMs: 0,
    }).initialize();
    await execute(db, `CREATE TABLE thing (id bigint PRIMARY KEY)`);
    await execute(db, `INSERT INTO thing VALUES (1)`);
  });
  afterAll(async () => {
    await db.destroy();
    await database.close();
  });
  beforeEach(() => execute(db, `DELETE FROM thing WHERE id > 1`));

  const within = <Result>(ms: number, work: () => Promise<Result>) => runUntil(performance.now() + ms, work);
  const processId = async () => (await row<{ pid: number }>(db, 'SELECT pg_backend_pid() AS pid'))?.pid;
  const things = async () => (await rows<{ id: number }>(db, 'SELECT id FROM thing ORDER BY id')).map(({ id }) => id);
  async function metBy(work: () => Promise<unknown>, ms = 50): Promise<unknown> {
    const met = await within(ms, work).catch((error: unknown) => error);
    expect(met).toBeInstanceOf(Error);
    expect(isTransient(met)).toBe(true);
    return met;
  }

  it('ends with its statement, and the connection is there for the next', async () => {
    await metBy(() => rows(db, forEver));
    expect(poolFigures(db)).toMatchObject({ busy: 0, waiting: 0 });
    const running = `SELECT FROM pg_stat_activity
      WHERE datname = current_database() AND query = $1 AND state = 'active'`;
    await until(async () => (await rows(database.dataSource, running, [forEver])).length === 0, {
      what: 'the statement to end in the database too',
    });
    expect(await within(10_000, () => rows(db, 'SELECT id FROM thing'))).toEqual([{ id: 1 }]);
  });

  it('ends where it waits for a row that somebody holds', async () => {
    await database.dataSource.transaction(async (holder) => {
      await execute(holder, 'SELECT FROM thing WHERE id = 1 FOR UPDATE');
      await metBy(() => rows(db, 'SELECT id FROM thing WHERE id = 1 FOR UPDATE'));
    });
    expect(poolFigures(db)).toMatchObject({ busy: 0 });
  });

  it('is not begun where it gets its connection too late', async () => {
    const waiting: Promise<unknown>[] = [];
    await db.transaction(async (holder) => {
      waiting.push(metBy(() => execute(db, 'INSERT INTO thing VALUES (2)')));
      await execute(holder, 'SELECT pg_sleep(0.2)');
    });
    expect(await Promise.all(waiting)).toMatchObject([{ name: 'DeadlinePassed' }]);
    expect(await things()).toEqual([1]);
    expect(poolFigures(db)).toMatchObject({ busy: 0, waiting: 0 });
  });

  it('is rolled back as a whole, cut in a statement', async () => {
    await metBy(() =>
      inTransaction(db, async (tx) => {
        await execute(tx, 'INSERT INTO thing VALUES (2)');
        await execute(tx, forEver);
      }),
    );
    expect(await things()).toEqual([1]);
  });

  it('is rolled back as a whole, late between two statements', async () => {
    const met = await metBy(() =>
      inTransaction(db, async (tx) => {
        await execute(tx, 'INSERT INTO thing VALUES (2)');
        await new Promise((resolve) => setTimeout(resolve, 60));
      }),
    );
    expect(met).toMatchObject({ name: 'DeadlinePassed' });
    expect(await things()).toEqual([1]);
  });

  it('commits however late, once it commits', async () => {
    await execute(
      db,
      `CREATE FUNCTION take_long() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.5); RETURN NULL; END $$`,
    );
    await execute(
      db,
      `CREATE CONSTRAINT TRIGGER commits_slowly AFTER INSERT ON thing DEFERRABLE INITIALLY DEFERRED
       FOR EACH ROW EXECUTE FUNCTION take_long()`,
    );
    try {
      await within(100, () => inTransaction(db, (tx) => execute(tx, 'INSERT INTO thing VALUES (2)')));
      expect(await things()).toEqual([1, 2]);
      // The same in the midst of a transaction is cut.
      await metBy(
        () =>
          inTransaction(db, async (tx) => {
            await execute(tx, 'INSERT INTO thing VALUES (3)');
            await execute(tx, 'SET CONSTRAINTS ALL IMMEDIATE');
          }),
        100,
      );
      expect(await things()).toEqual([1, 2]);
    } finally {
      await execute(db, 'DROP TRIGGER commits_slowly ON thing');
    }
  });

  it('leaves its connection to nobody: a cut that comes late meets no other statement', async () => {
    const before = await processId();
    expect(await within(10_000, processId)).toBe(before);
    await metBy(() => rows(db, forEver));
    expect(await processId()).not.toBe(before);
  });

  it('is none where nobody waits', async () => {
    expect(await rows(db, `SELECT pg_sleep(0.3)::text AS slept`)).toEqual([{ slept: '' }]);
  });
});
