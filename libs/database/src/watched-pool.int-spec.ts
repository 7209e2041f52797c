import { openTestDatabase, type TestDatabase } from '@zhijia/testing';
import type { DataSource } from 'typeorm';
import { createDataSource } from './create-data-source.js';
import { openProbe } from './open-probe.js';
import { poolFigures, row } from './sql.js';

describe('connections of a service', () => {
  let database: TestDatabase;
  let db: DataSource;
  const waits: number[] = [];

  beforeAll(async () => {
    database = await openTestDatabase({ migrations: [] });
    db = createDataSource({
      url: database.url,
      applicationName: 'watched',
      migrations: [],
      poolSize: 1,
      onPoolWait: (seconds) => waits.push(seconds),
    });
    await db.initialize();
  });
  afterAll(async () => {
    await db.destroy();
    await database.close();
  });
  beforeEach(() => waits.splice(0));

  it('are waited for only where all are taken, and that is told', async () => {
    await row(db, 'SELECT 1');
    expect(waits).toEqual([]);
    await db.transaction(async (tx) => {
      const waiting = row(db, 'SELECT 2 AS two');
      const alsoWaiting = db.query('SELECT 3');
      expect(poolFigures(db)).toEqual({ size: 1, busy: 1, idle: 0, waiting: 2 });
      await tx.query('SELECT pg_sleep(0.05)');
      void Promise.all([waiting, alsoWaiting]);
    });
    expect(await row(db, 'SELECT 4 AS four')).toEqual({ four: 4 });
    expect(waits.length).toBeGreaterThanOrEqual(2);
    expect(Math.max(...waits)).toBeGreaterThan(0.02);
    expect(poolFigures(db)).toMatchObject({ busy: 0, waiting: 0 });
  });

  it('are not needed to ask the database how it is', async () => {
    const probe = openProbe({ url: database.url, applicationName: 'probe' });
    await db.transaction(async () => {
      expect(await row(probe, 'SELECT $1::text AS answer', ['here'])).toEqual({ answer: 'here' });
    });
    await probe.close();
  });

  it('that lead nowhere are found out soon', async () => {
    const probe = openProbe({ url: 'postgres://nobody@127.0.0.1:1/nothing', applicationName: 'probe' });
    await expect(probe.query('SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await probe.close();
  });
});
