import { inTransaction, setClockOffset } from '@zhijia/database';
import { LedgerBench } from '../test/ledger-bench.js';

describe('postTransfer', () => {
  let bench: LedgerBench;

  beforeAll(async () => {
    bench = await LedgerBench.open();
  });
  afterAll(() => bench.close());

  it('moves units and says the balances before and after', async () => {
    const from = await bench.anAccount({ balanceUnits: 100 });
    const to = await bench.anAccount();
    await expect(bench.transfer(from, to, 30)).resolves.toMatchObject({
      kind: 'posted',
      isReplay: false,
      debit: { accountId: from.id, units: -30, balanceBeforeUnits: 100, balanceAfterUnits: 70, accountVersion: 2 },
      credit: { accountId: to.id, units: 30, balanceBeforeUnits: 0, balanceAfterUnits: 30, accountVersion: 1 },
    });
    expect(await bench.balanceOf(from)).toBe(70);
    expect(await bench.balanceOf(to)).toBe(30);
  });

  it('lets only one of two simultaneous debits reach the floor', async () => {
    const from = await bench.anAccount({ floorUnits: -200 });
    const to = await bench.anAccount();
    const outcomes = await Promise.all([bench.transfer(from, to, 200), bench.transfer(from, to, 200)]);
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['insufficientBalance', 'posted']);
    expect(await bench.balanceOf(from)).toBe(-200);
  });

  it('posts a reference once, however often and however much at once it is asked for', async () => {
    const from = await bench.anAccount({ balanceUnits: 50 });
    const to = await bench.anAccount();
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => bench.transfer(from, to, 50, 'visit:1')));
    expect(outcomes.filter((outcome) => outcome.kind === 'posted' && !outcome.isReplay)).toHaveLength(1);
    expect(new Set(outcomes.map((outcome) => outcome.kind === 'posted' && outcome.transferId)).size).toBe(1);
    expect(await bench.balanceOf(to)).toBe(50);
  });

  it('refuses a known reference that asks for something else', async () => {
    const from = await bench.anAccount({ balanceUnits: 50 });
    const to = await bench.anAccount();
    await bench.transfer(from, to, 10, 'visit:2');
    await expect(bench.transfer(from, to, 11, 'visit:2')).resolves.toEqual({
      kind: 'referenceReused',
      reference: 'visit:2',
    });
    const others = [await bench.anAccount({ balanceUnits: 50 }), await bench.anAccount()] as const;
    await expect(bench.transfer(...others, 10, 'visit:2')).resolves.toMatchObject({ kind: 'referenceReused' });
  });

  it('finds a repeated transfer although it has emptied the account', async () => {
    const from = await bench.anAccount({ balanceUnits: 50 });
    const to = await bench.anAccount({ capUnits: 50 });
    const first = await bench.transfer(from, to, 50, 'visit:3');
    await expect(bench.transfer(from, to, 50, 'visit:3')).resolves.toEqual({ ...first, isReplay: true });
  });

  it('keeps a refused reference free', async () => {
    const from = await bench.anAccount({ balanceUnits: 10 });
    const to = await bench.anAccount();
    await expect(bench.transfer(from, to, 20, 'visit:4')).resolves.toMatchObject({ kind: 'insufficientBalance' });
    await expect(bench.transfer(from, to, 10, 'visit:4')).resolves.toMatchObject({ kind: 'posted', isReplay: false });
  });

  it('knows one reference at once over different accounts', async () => {
    const pairs = await Promise.all(
      Array.from(
        { length: 6 },
        async () => [await bench.anAccount({ balanceUnits: 9 }), await bench.anAccount()] as const,
      ),
    );
    const outcomes = await Promise.all(pairs.map(([from, to]) => bench.transfer(from, to, 9, 'visit:5')));
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['posted', ...Array(5).fill('referenceReused')].sort());
    await expect(bench.ledger.recomputeBalances(bench.db)).resolves.toEqual([]);
  });

  it('takes opposite transfers of eight clients without a deadlock', async () => {
    const accounts = await Promise.all(Array.from({ length: 4 }, () => bench.anAccount({ balanceUnits: 1_000 })));
    const before = await deadlocks();
    await Promise.all(
      Array.from({ length: 8 }, async (_, client) => {
        for (let round = 0; round < 40; round += 1) {
          const from = accounts[(client + round) % 4]!;
          const to = accounts[(client + round + 1 + (client % 3)) % 4]!;
          // Not inTransaction: a deadlock would be an error here, not a second attempt.
          const outcome = await bench.db.transaction((tx) =>
            bench.ledger.postTransfer(tx, client % 2 ? bench.aRequest(from, to, 1) : bench.aRequest(to, from, 1)),
          );
          expect(outcome.kind).toBe('posted');
        }
      }),
    );
    expect(await deadlocks()).toBe(before);
    const balances = await Promise.all(accounts.map((account) => bench.balanceOf(account)));
    expect(balances.reduce((sum, balance) => sum + balance, 0)).toBe(4_000);
    await expect(bench.ledger.recomputeBalances(bench.db)).resolves.toEqual([]);
  });

  it('leaves nothing of a transaction that fails, or whose connection is cut, before its commit', async () => {
    const from = await bench.anAccount({ balanceUnits: 50 });
    const to = await bench.anAccount();
    const post = (after: () => Promise<unknown>) =>
      bench.db.transaction(async (tx) => {
        await bench.ledger.postTransfer(tx, bench.aRequest(from, to, 20, 'visit:6'));
        await after();
        await tx.query('SELECT 1');
      });
    await expect(post(() => Promise.reject(new Error('killed in between')))).rejects.toThrow('killed in between');
    await expect(
      bench.db.transaction(async (tx) => {
        const [{ pid }] = await tx.query('SELECT pg_backend_pid() AS pid');
        await bench.ledger.postTransfer(tx, bench.aRequest(from, to, 20, 'visit:6'));
        await bench.db.query('SELECT pg_terminate_backend($1)', [pid]);
        await tx.query('SELECT 1');
      }),
    ).rejects.toThrow();
    expect(await bench.balanceOf(from)).toBe(50);
    await expect(bench.ledger.statement(bench.db, to.id, { first: 10 })).resolves.toEqual([]);
    await expect(bench.transfer(from, to, 20, 'visit:6')).resolves.toMatchObject({ kind: 'posted', isReplay: false });
  });

  it('takes the time of the event from the caller and otherwise from the database', async () => {
    const from = await bench.anAccount({ balanceUnits: 50 });
    const to = await bench.anAccount();
    const occurredAt = '2024-03-05T01:30:00.000Z';
    const outcome = await inTransaction(bench.db, (tx) =>
      bench.ledger.postTransfer(tx, { ...bench.aRequest(from, to, 5), occurredAt }),
    );
    expect(outcome).toMatchObject({ kind: 'posted', occurredAt });
    await setClockOffset(bench.db, 86_400);
    try {
      const later = await bench.transfer(from, to, 5);
      const aheadMs = later.kind === 'posted' ? Date.parse(later.occurredAt) - Date.now() : 0;
      expect(Math.abs(aheadMs - 86_400_000)).toBeLessThan(60_000);
    } finally {
      await setClockOffset(bench.db, 0);
    }
  });

  it('stops at a reference that belongs to the ledger', async () => {
    const [from, to] = [await bench.anAccount({ balanceUnits: 5 }), await bench.anAccount()];
    await expect(bench.transfer(from, to, 5, 'hold:x')).rejects.toThrow(RangeError);
    await expect(bench.transfer(from, to, 5, 'reversal:x')).rejects.toThrow(RangeError);
  });

  async function deadlocks(): Promise<number> {
    const [found] = await bench.db.query(`SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`);
    return found.deadlocks;
  }
});
