import { inTransaction } from '@zhijia/database';
import { LedgerBench } from '../test/ledger-bench.js';
import type { TransferOutcome } from './index.js';

describe('reverse', () => {
  let bench: LedgerBench;

  beforeAll(async () => {
    bench = await LedgerBench.open();
  });
  afterAll(() => bench.close());

  function reverse(transferId: string) {
    return inTransaction(bench.db, (tx) => bench.ledger.reverse(tx, transferId, 'posted by mistake'));
  }

  function idOf(outcome: TransferOutcome): string {
    if (outcome.kind !== 'posted') throw new Error(outcome.kind);
    return outcome.transferId;
  }

  it('gives everything back by a linked transfer, once for many who ask at once', async () => {
    const from = await bench.anAccount({ balanceUnits: 50 });
    const to = await bench.anAccount();
    const transferId = idOf(await bench.transfer(from, to, 30));
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => reverse(transferId)));
    expect(outcomes.filter((outcome) => outcome.kind === 'posted' && !outcome.isReplay)).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome.kind === 'posted' && outcome.isReplay)).toHaveLength(7);
    expect([await bench.balanceOf(from), await bench.balanceOf(to)]).toEqual([50, 0]);
    const [correction, original] = await bench.ledger.statement(bench.db, to.id, { first: 10 });
    expect(correction).toMatchObject({ kind: 'REVERSAL', units: -30, reversesId: transferId, reversedById: null });
    expect(original).toMatchObject({ units: 30, reversedById: correction?.transferId });
  });

  it('refuses to take back what was spent since, and takes it from a frozen account', async () => {
    const from = await bench.anAccount({ balanceUnits: 50 });
    const [to, shop] = [await bench.anAccount(), await bench.anAccount()];
    const transferId = idOf(await bench.transfer(from, to, 30));
    const spentId = idOf(await bench.transfer(to, shop, 10));
    await expect(reverse(transferId)).resolves.toMatchObject({ kind: 'insufficientBalance', shortfallUnits: 10 });
    await expect(reverse(spentId)).resolves.toMatchObject({ kind: 'posted' });
    await inTransaction(bench.db, (tx) => bench.ledger.changeStatus(tx, to.id, 'FROZEN'));
    await expect(reverse(transferId)).resolves.toMatchObject({ kind: 'posted' });
  });

  it('refuses what is unknown, and a correction of a correction', async () => {
    const transferId = '019f0000-0000-7000-8000-000000000000';
    await expect(reverse(transferId)).resolves.toEqual({ kind: 'transferUnknown', transferId });
    const [from, to] = [await bench.anAccount({ balanceUnits: 50 }), await bench.anAccount()];
    const outcome = await reverse(idOf(await bench.transfer(from, to, 30)));
    if (outcome.kind !== 'posted') throw new Error(outcome.kind);
    await expect(reverse(outcome.transferId)).resolves.toMatchObject({ kind: 'isReversal' });
  });
});
