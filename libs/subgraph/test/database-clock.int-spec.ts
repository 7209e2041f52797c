import { jest } from '@jest/globals';
import { databaseMigrations } from '@zhijia/database';
import { createLog } from '@zhijia/logging';
import { openTestDatabase, type TestDatabase } from '@zhijia/testing';
import { DatabaseClock } from '../src/database-clock.js';

const log = createLog({ service: 'test', level: 'fatal' });
const tenMinutesMs = 600_000;

describe("the database's clock", () => {
  let database: TestDatabase;
  const realNow = Date.now.bind(Date);

  beforeAll(async () => {
    database = await openTestDatabase({ migrations: databaseMigrations });
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });
  afterAll(() => database.close());

  it.each([tenMinutesMs, -tenMinutesMs])('is told on a machine whose own is %i ms off', async (offMs) => {
    jest.spyOn(Date, 'now').mockImplementation(() => realNow() + offMs);
    const clock = new DatabaseClock(database.dataSource, log);
    await clock.start();
    clock.stop();
    expect(Math.abs(clock.now() - realNow())).toBeLessThan(5_000);
  });

  it("is this machine's own while the database has never answered", async () => {
    const clock = new DatabaseClock({ query: () => Promise.reject(new Error('away')) } as never, log);
    await clock.start();
    clock.stop();
    expect(Math.abs(clock.now() - realNow())).toBeLessThan(5_000);
  });
});
