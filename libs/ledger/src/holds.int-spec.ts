import { inTransaction, setClockOffset } from '@zhijia/database';
import { LedgerBench } from '../test/ledger-bench.js';
import type { PostHoldRequest, ReserveOutcome } from './index.js';

describe('holds', () => {
  let bench: LedgerBench;

  beforeAll(async () => {
    bench = await LedgerBench.open();
  });
  afterEach(() => setClockOffset(bench.db, 0));
  afterAll(() => bench.close());

  function reserve(
    from: { id: string },
    to: { id: string },
    units: number,
    options: { reference?: string; expiresAt?: string | null } = {},
  ): Promise<ReserveOutcome> {
    const { reference, expiresAt = null } = options;
    return inTransaction(bench.db, (tx) =>
      bench.ledger.reserve(tx, { ...bench.aRequest(from, to, units, reference), expiresAt }),
    );
  }

  async function aHold(from: { id: string }, to: { id: string }, units: number, expiresAt: string | null = null) {
    const outcome = await reserve(from, to, units, { expiresAt });
    if (outcome.kind !== 'reserved') throw new Error(outcome.kind);
    return outcome.holdId;
  }

  const postHold = (holdId: string, request?: PostHoldRequest) =>
    inTransaction(bench.db, (tx) => bench.ledger.postHold(tx, holdId, request));
  const voidHold = (holdId: string) => inTransaction(bench.db, (tx) => bench.ledger.voidHold(tx, holdId, 'given up'));
  const expireHolds = () => inTransaction(bench.db, (tx) => bench.ledger.expireHolds(tx));
  const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

  it('count against the limit at once', async () => {
    const [from, to] = [await bench.anAccount({ balanceUnits: 100 }), await bench.anAccount()];
    await aHold(from, to, 70);
    await expect(bench.transfer(from, to, 31)).resolves.toMatchObject({
      kind: 'insufficientBalance',
      shortfallUnits: 1,
    });
    await expect(reserve(from, to, 31)).resolves.toMatchObject({ kind: 'insufficientBalance' });
    await expect(bench.transfer(from, to, 30)).resolves.toMatchObject({ kind: 'posted' });
    await expect(bench.ledger.balance(bench.db, [from.id])).resolves.toMatchObject([
      { balanceUnits: 70, heldUnits: 70, availableUnits: 0 },
    ]);
  });

  it('let only one of two at once take the last units', async () => {
    const [from, to] = [await bench.anAccount({ balanceUnits: 100 }), await bench.anAccount()];
    const outcomes = await Promise.all([reserve(from, to, 60), reserve(from, to, 60), bench.transfer(from, to, 60)]);
    expect(outcomes.filter(({ kind }) => kind === 'insufficientBalance')).toHaveLength(2);
  });

  it('are one for each reference', async () => {
    const [from, to] = [await bench.anAccount({ balanceUnits: 100 }), await bench.anAccount()];
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, () => reserve(from, to, 60, { reference: 'order:1' })),
    );
    expect(outcomes.filter((outcome) => outcome.kind === 'reserved' && !outcome.isReplay)).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome.kind === 'reserved' && outcome.isReplay)).toHaveLength(7);
    expect(await bench.heldOf(from)).toBe(60);
    await expect(reserve(from, to, 59, { reference: 'order:1' })).resolves.toMatchObject({ kind: 'referenceReused' });
  });

  it('are posted whole, once for many who ask at once', async () => {
    const [from, to] = [await bench.anAccount({ balanceUnits: 100 }), await bench.anAccount()];
    const holdId = await aHold(from, to, 60);
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => postHold(holdId)));
    expect(outcomes.filter((outcome) => outcome.kind === 'posted' && !outcome.isReplay)).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome.kind === 'posted' && outcome.isReplay)).toHaveLength(7);
    expect([await bench.balanceOf(from), await bench.heldOf(from), await bench.balanceOf(to)]).toEqual([40, 0, 60]);
    await expect(bench.ledger.findHold(bench.db, holdId)).resolves.toMatchObject({ status: 'POSTED' });
  });

  it('are posted in part, and the rest is released', async () => {
    const [from, to] = [await bench.anAccount({ balanceUnits: 100 }), await bench.anAccount()];
    const holdId = await aHold(from, to, 60);
    await expect(postHold(holdId, { units: 61 })).resolves.toMatchObject({ kind: 'unitsAboveHold', heldUnits: 60 });
    await expect(postHold(holdId, { units: 25 })).resolves.toMatchObject({ kind: 'posted', credit: { units: 25 } });
    expect([await bench.balanceOf(from), await bench.heldOf(from), await bench.balanceOf(to)]).toEqual([75, 0, 25]);
    await expect(postHold(holdId, { units: 25 })).resolves.toMatchObject({ kind: 'posted', isReplay: true });
    await expect(postHold(holdId)).resolves.toMatchObject({ kind: 'holdSettled', status: 'POSTED' });
  });

  it('are voided once, and not after they were posted', async () => {
    const [from, to] = [await bench.anAccount({ balanceUnits: 100 }), await bench.anAccount()];
    const holdId = await aHold(from, to, 60);
    await expect(voidHold(holdId)).resolves.toEqual({ kind: 'voided', holdId, isReplay: false });
    await expect(voidHold(holdId)).resolves.toEqual({ kind: 'voided', holdId, isReplay: true });
    expect(await bench.heldOf(from)).toBe(0);
    await expect(postHold(holdId)).resolves.toMatchObject({ kind: 'holdSettled', status: 'VOIDED' });
    const postedId = await aHold(from, to, 60);
    await postHold(postedId);
    await expect(voidHold(postedId)).resolves.toMatchObject({ kind: 'holdSettled', status: 'POSTED' });
  });

  it('end one way when posting, voiding and expiring meet', async () => {
    const [from, to] = [await bench.anAccount({ balanceUnits: 100 }), await bench.anAccount()];
    const holdIds = await Promise.all(Array.from({ length: 10 }, () => aHold(from, to, 10)));
    await Promise.all(holdIds.flatMap((holdId) => [postHold(holdId), voidHold(holdId), expireHolds()]));
    const holds = await Promise.all(holdIds.map((holdId) => bench.ledger.findHold(bench.db, holdId)));
    const postedCount = holds.filter((hold) => hold?.status === 'POSTED').length;
    expect(await bench.balanceOf(to)).toBe(postedCount * 10);
    expect(await bench.heldOf(from)).toBe(0);
    await expect(bench.ledger.recomputeBalances(bench.db)).resolves.toEqual([]);
  });

  it('run out by the time of the database', async () => {
    const [from, to] = [await bench.anAccount({ balanceUnits: 100 }), await bench.anAccount()];
    const holdId = await aHold(from, to, 60, inAnHour());
    const staysId = await aHold(from, to, 5);
    await expect(expireHolds()).resolves.toEqual([]);
    await setClockOffset(bench.db, 3_601);
    await expect(postHold(holdId)).resolves.toEqual({ kind: 'holdExpired', holdId });
    await expect(reserve(from, to, 1, { expiresAt: inAnHour() })).resolves.toEqual({ kind: 'expiresInThePast' });
    expect(await bench.heldOf(from)).toBe(65);
    const expired = (await Promise.all([expireHolds(), expireHolds(), expireHolds()])).flat();
    expect(expired).toEqual([expect.objectContaining({ holdId, fromAccountId: from.id, units: 60, kind: 'GIFT' })]);
    expect(await bench.heldOf(from)).toBe(5);
    await expect(postHold(holdId)).resolves.toEqual({ kind: 'holdExpired', holdId });
    await expect(voidHold(holdId)).resolves.toMatchObject({ kind: 'holdSettled', status: 'EXPIRED' });
    await expect(bench.ledger.listHolds(bench.db, from.id)).resolves.toMatchObject([{ id: staysId, status: 'HELD' }]);
  });

  it('are refused over the books, unknown or frozen', async () => {
    const from = await bench.anAccount({ balanceUnits: 100 });
    const [points] = await inTransaction(bench.db, (tx) =>
      bench.ledger.openAccounts(tx, [{ book: 'POINTS', kind: 'POOL', ownerId: 'any' }]),
    );
    await expect(reserve(from, points!, 10)).resolves.toMatchObject({ kind: 'bookMismatch', accountBook: 'POINTS' });
    const to = await bench.anAccount();
    const holdId = await aHold(from, to, 10);
    await inTransaction(bench.db, (tx) => bench.ledger.changeStatus(tx, from.id, 'FROZEN'));
    await expect(reserve(from, to, 10)).resolves.toMatchObject({ kind: 'accountNotOpen', status: 'FROZEN' });
    await expect(postHold(holdId)).resolves.toMatchObject({ kind: 'accountNotOpen' });
    await expect(voidHold(holdId)).resolves.toMatchObject({ kind: 'voided' });
    const unknown = '019f0000-0000-7000-8000-000000000000';
    await expect(postHold(unknown)).resolves.toEqual({ kind: 'holdUnknown', holdId: unknown });
    await expect(voidHold(unknown)).resolves.toEqual({ kind: 'holdUnknown', holdId: unknown });
  });
});
