import { inTransaction, setClockOffset } from '@zhijia/database';
import { createLog } from '@zhijia/logging';
import { pino } from 'pino';
import { LedgerBench } from '../test/ledger-bench.js';
import { CheckBalancesNightly, ExpireOverdueHolds, ledgerFigures, LedgerStore, type Drift } from './index.js';

const day = 86_400;

class CountingLedger extends LedgerStore {
  recomputed = 0;
  isAway = false;

  override recomputeBalances(...asked: Parameters<LedgerStore['recomputeBalances']>): Promise<Drift[]> {
    if (this.isAway) throw new Error('away');
    this.recomputed += 1;
    return super.recomputeBalances(...asked);
  }
}

describe("the ledger's jobs", () => {
  let bench: LedgerBench;

  beforeEach(async () => {
    bench = await LedgerBench.open();
  });
  afterEach(() => bench.close());

  /** The job with what it says, and a ledger that counts how often it was recomputed. */
  function aCheck() {
    const lines: { level: number; drift?: Drift }[] = [];
    const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line) as (typeof lines)[number]) });
    const counting = new CountingLedger();
    const told = () => lines.filter(({ level }) => level >= pino.levels.values['error']!).map(({ drift }) => drift);
    return { check: new CheckBalancesNightly(bench.db, counting, log), counting, told };
  }

  const figures = async (): Promise<Record<string, number>> => {
    const found = await Promise.all(
      ledgerFigures.map(async ({ name, read }) => (await read(bench.db)).map(({ value }) => [name, value] as const)),
    );
    return Object.fromEntries(found.flat());
  };

  it('checks all balances once a night', async () => {
    const { check, counting, told } = aCheck();
    await expect(figures()).resolves.toEqual({});
    await check.run();
    await check.run();
    expect(counting.recomputed).toBe(1);
    await setClockOffset(bench.db, day);
    await check.run();
    expect(counting.recomputed).toBe(2);
    expect(told()).toEqual([]);
    await expect(figures()).resolves.toMatchObject({ zhijia_ledger_drifts: 0 });
  });

  it('tells a balance that its entries do not confirm, each night, and leaves it as it is', async () => {
    const account = await bench.anAccount({ balanceUnits: 60 });
    await bench.db.query(`UPDATE ledger_account SET balance_units = 61 WHERE id = $1`, [account.id]);
    for (const nights of [0, 1]) {
      const { check, told } = aCheck();
      await setClockOffset(bench.db, nights * day);
      await check.run();
      expect(told()).toContainEqual({
        what: 'balance',
        book: 'MINUTES',
        accountId: account.id,
        expected: 60,
        actual: 61,
      });
      await expect(figures()).resolves.toMatchObject({ zhijia_ledger_drifts: 2 });
    }
    await expect(bench.balanceOf(account)).resolves.toBe(61);
  });

  it('checks again when a check broke off', async () => {
    const { check, counting } = aCheck();
    counting.isAway = true;
    await expect(check.run()).rejects.toThrow('away');
    await expect(figures()).resolves.toEqual({});
    counting.isAway = false;
    await check.run();
    await expect(figures()).resolves.toMatchObject({ zhijia_ledger_drifts: 0 });
  });

  it('releases holds that ran out, and no others', async () => {
    const [from, to] = [await bench.anAccount({ balanceUnits: 100 }), await bench.anAccount()];
    for (const days of [1, 3]) {
      await inTransaction(bench.db, (tx) =>
        bench.ledger.reserve(tx, {
          ...bench.aRequest(from, to, 30),
          expiresAt: new Date(Date.now() + days * day * 1_000).toISOString(),
        }),
      );
    }
    const expire = new ExpireOverdueHolds(bench.db, bench.ledger, createLog({ service: 'test', level: 'silent' }));
    await expire.run();
    await expect(bench.heldOf(from)).resolves.toBe(60);
    await setClockOffset(bench.db, 2 * day);
    await expire.run();
    await expect(bench.heldOf(from)).resolves.toBe(30);
  });
});
