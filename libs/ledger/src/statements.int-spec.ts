import { LedgerBench } from '../test/ledger-bench.js';

describe('statement', () => {
  let bench: LedgerBench;

  beforeAll(async () => {
    bench = await LedgerBench.open();
  });
  afterAll(() => bench.close());

  it('lists the newest first with a running balance, page after page', async () => {
    const [from, to] = [await bench.anAccount({ balanceUnits: 100 }), await bench.anAccount()];
    for (const units of [1, 2, 3, 4]) await bench.transfer(from, to, units);
    const first = await bench.ledger.statement(bench.db, to.id, { first: 3 });
    expect(first).toMatchObject([
      { accountVersion: 4, units: 4, balanceBeforeUnits: 6, balanceAfterUnits: 10, counterAccountId: from.id },
      { accountVersion: 3, units: 3, balanceBeforeUnits: 3, balanceAfterUnits: 6 },
      { accountVersion: 2, units: 2, balanceBeforeUnits: 1, balanceAfterUnits: 3 },
    ]);
    await expect(bench.ledger.statement(bench.db, to.id, { first: 3, beforeVersion: 2 })).resolves.toMatchObject([
      { accountVersion: 1, units: 1, balanceBeforeUnits: 0, balanceAfterUnits: 1, kind: 'GIFT', reason: 'a test' },
    ]);
    const [out] = await bench.ledger.statement(bench.db, from.id, { first: 1 });
    expect(out).toMatchObject({ units: -4, balanceAfterUnits: 90, counterAccountId: to.id, book: 'MINUTES' });
  });

  it('answers many accounts in one query, each with its own newest entries', async () => {
    const [from, to] = [await bench.anAccount({ balanceUnits: 100 }), await bench.anAccount()];
    const empty = await bench.anAccount();
    for (const units of [1, 2, 3]) await bench.transfer(from, to, units);
    const lists = await bench.ledger.statementsOf(bench.db, [to.id, empty.id, from.id, to.id], { first: 2 });
    expect(lists.map((list) => list.map(({ units }) => units))).toEqual([[3, 2], [], [-3, -2], [3, 2]]);
  });

  it('stops at a page without an end', async () => {
    const account = await bench.anAccount();
    await expect(bench.ledger.statement(bench.db, account.id, { first: 501 })).rejects.toThrow(RangeError);
    await expect(bench.ledger.statement(bench.db, account.id, { first: 0 })).rejects.toThrow(RangeError);
  });
});
