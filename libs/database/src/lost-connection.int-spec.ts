import { openTestDatabase, type TestDatabase } from '@zhijia/testing';
import { databaseMigrations } from './migrations/index.js';
import { execute, row } from './sql.js';
import { isTransient } from './sql-state.js';

describe('a connection that is cut in the middle of a transaction', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await openTestDatabase({ migrations: databaseMigrations });
  });
  afterAll(() => database.close());

  /** What a transaction meets whose connection goes while it works, or while it does something else. */
  async function cutDuring(meanwhile: (cut: () => Promise<void>) => Promise<void>): Promise<unknown> {
    return database.dataSource
      .transaction(async (tx) => {
        const mine = await row<{ pid: number }>(tx, 'SELECT pg_backend_pid() AS pid');
        const cut = async (): Promise<void> => {
          await execute(database.dataSource, 'SELECT pg_terminate_backend($1, 5000)', [mine?.pid]);
        };
        await meanwhile(cut);
        await execute(tx, 'SELECT 1');
      })
      .catch((error: unknown) => error);
  }

  it('can be tried again when it is cut between two statements', async () => {
    const met = await cutDuring(async (cut) => {
      await cut();
      // The driver hears of it.
      await new Promise((resolve) => setTimeout(resolve, 50));
    });
    expect(met).toBeInstanceOf(Error);
    expect(isTransient(met)).toBe(true);
  });

  it('can be tried again when it is cut unheard', async () => {
    const met = await cutDuring((cut) => cut());
    expect(met).toBeInstanceOf(Error);
    expect(isTransient(met)).toBe(true);
  });
});
