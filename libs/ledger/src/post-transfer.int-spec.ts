import { inTransaction } from '@zhijia/database';
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

  it('takes a batch from one pool in a few statements', async () => {
    const pool = await bench.anAccount({ balanceUnits: 495 });
    const members = await inTransaction(bench.db, (tx) =>
      bench.ledger.openAccounts(
        tx,
        Array.from({ length: 500 }, () => ({ book: 'MINUTES', kind: 'MEMBER', ownerId: bench.unique('owner') })),
      ),
    );
    const outcomes = await inTransaction(bench.db, (tx) =>
      bench.ledger.postMany(
        tx,
        members.map((member) => bench.aRequest(pool, member, 1)),
      ),
    );
    expect(outcomes.slice(0, 495).every(({ kind }) => kind === 'posted')).toBe(true);
    expect(outcomes.slice(495).every(({ kind }) => kind === 'insufficientBalance')).toBe(true);
  });
});
