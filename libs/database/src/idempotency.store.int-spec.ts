import { openTestDatabase, type TestDatabase } from '@zhijia/testing';
import { IdempotencyKeyInvalid, IdempotencyStore } from './idempotency.store.js';
import { HashIdempotencyKeys1760000000002 } from './migrations/1760000000002-hash-idempotency-keys.js';
import { databaseMigrations } from './migrations/index.js';

describe('IdempotencyStore', () => {
  const store = new IdempotencyStore();
  let database: TestDatabase;

  beforeAll(async () => {
    database = await openTestDatabase({ migrations: databaseMigrations });
  });
  afterAll(() => database.close());

  function once(key: string, input: unknown, change: () => Promise<string>, isFinal?: (outcome: string) => boolean) {
    return database.dataSource.transaction((tx) => store.once(tx, { scope: 'test', key, input }, change, isFinal));
  }

  it('answers the second request with the first outcome and changes nothing again', async () => {
    let changes = 0;
    const change = async () => `change ${(changes += 1)}`;
    await expect(once('a', { minutes: 5 }, change)).resolves.toEqual({ kind: 'first', outcome: 'change 1' });
    await expect(once('a', { minutes: 5 }, change)).resolves.toEqual({ kind: 'replayed', outcome: 'change 1' });
    expect(changes).toBe(1);
  });

  it('refuses the same key with another input, whatever the order of its members', async () => {
    await once('b', { one: 1, two: 2 }, async () => 'done');
    await expect(once('b', { two: 2, one: 1 }, async () => 'again')).resolves.toMatchObject({ kind: 'replayed' });
    await expect(once('b', { one: 1, two: 3 }, async () => 'again')).resolves.toEqual({ kind: 'keyReused' });
  });

  it('lets twenty at once change one thing', async () => {
    let changes = 0;
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () => once('c', {}, async () => `change ${(changes += 1)}`)),
    );
    expect(outcomes.filter((outcome) => outcome.kind === 'first')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome.kind === 'replayed')).toHaveLength(19);
    expect(changes).toBe(1);
  });

  it.each(['', 'x'.repeat(129), 'line\nbreak', 'nul\u0000'])(
    'refuses the key %j before anything begins',
    async (key) => {
      let changes = 0;
      await expect(once(key, {}, async () => `change ${(changes += 1)}`)).rejects.toThrow(IdempotencyKeyInvalid);
      expect(changes).toBe(0);
    },
  );

  it('stores nothing that tells the key', async () => {
    await once('phone-13900000001', {}, async () => 'done');
    const stored = await database.dataSource.query<{ row: string }[]>(
      `SELECT r::text AS row FROM idempotency_record AS r WHERE strpos(r::text, '13900000001') > 0`,
    );
    expect(stored).toEqual([]);
  });

  it('knows a key again that was stored before keys were hashed', async () => {
    const change = new HashIdempotencyKeys1760000000002();
    const outcome = await database.dataSource.transaction(async (tx) => {
      await tx.query(
        `INSERT INTO idempotency_record (scope, key, input_hash, outcome) VALUES ('test', 'former', sha256('{}'), '"done"')`,
      );
      if (tx.queryRunner === undefined) throw new Error('A transaction has a query runner');
      await tx.query(
        `CREATE TEMP TABLE others ON COMMIT DROP AS SELECT * FROM idempotency_record WHERE key <> 'former'`,
      );
      await tx.query(`DELETE FROM idempotency_record WHERE key <> 'former'`);
      await change.up(tx.queryRunner);
      await tx.query('INSERT INTO idempotency_record SELECT * FROM others');
      return store.once(tx, { scope: 'test', key: 'former', input: {} }, async () => 'again');
    });
    expect(outcome).toEqual({ kind: 'replayed', outcome: 'done' });
  });

  it('keeps the key free after a refusal', async () => {
    await once(
      'd',
      {},
      async () => 'refused',
      () => false,
    );
    await expect(once('d', {}, async () => 'done')).resolves.toEqual({ kind: 'first', outcome: 'done' });
  });

  it('leaves nothing when the transaction does not commit', async () => {
    await expect(
      once('e', {}, async () => {
        throw new Error('killed in between');
      }),
    ).rejects.toThrow('killed in between');
    await expect(once('e', {}, async () => 'done')).resolves.toEqual({ kind: 'first', outcome: 'done' });
  });
});
