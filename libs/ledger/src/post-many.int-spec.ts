import { inTransaction } from '@zhijia/database';
import { until } from '@zhijia/testing';
import type { EntityManager } from 'typeorm';
import { LedgerBench } from '../test/ledger-bench.js';
import type { LedgerAccount, TransferRequest } from './index.js';

describe('postMany', () => {
  let bench: LedgerBench;

  beforeAll(async () => {
    bench = await LedgerBench.open();
  });
  afterAll(() => bench.close());

  function members(count: number): Promise<LedgerAccount[]> {
    return inTransaction(bench.db, (tx) =>
      bench.ledger.openAccounts(
        tx,
        Array.from({ length: count }, () => ({ book: 'MINUTES', kind: 'MEMBER', ownerId: bench.unique('owner') })),
      ),
    );
  }

  function postMany(requests: readonly TransferRequest[]) {
    return inTransaction(bench.db, (tx) => bench.ledger.postMany(tx, requests));
  }

  it('pays 500 members from one pool in three statements, and refuses the last when the pool is empty', async () => {
    const pool = await bench.anAccount({ balanceUnits: 4_950, kind: 'POOL' });
    const requests = (await members(500)).map((member) => bench.aRequest(pool, member, 10));
    let statements = 0;
    const outcomes = await bench.db.transaction((tx) => {
      const counted = Object.create(tx, {
        query: { value: (text: string, parameters: unknown[]) => ((statements += 1), tx.query(text, parameters)) },
      }) as EntityManager;
      return bench.ledger.postMany(counted, requests);
    });
    expect(statements).toBe(3);
    expect(outcomes.slice(0, 495).every(({ kind }) => kind === 'posted')).toBe(true);
    expect(outcomes.slice(495)).toEqual(
      Array(5).fill({ kind: 'insufficientBalance', accountId: pool.id, shortfallUnits: 10 }),
    );
    expect(await bench.balanceOf(pool)).toBe(0);
    await expect(bench.ledger.recomputeBalances(bench.db)).resolves.toEqual([]);
  });

  it('answers a repeated batch with the first outcomes, and posts what is new in it', async () => {
    const pool = await bench.anAccount({ balanceUnits: 100 });
    const [ada, ben, cho] = (await members(3)) as [LedgerAccount, LedgerAccount, LedgerAccount];
    const requests = [bench.aRequest(pool, ada, 10), bench.aRequest(pool, ben, 10)];
    const first = await postMany(requests);
    const again = await postMany([...requests, bench.aRequest(pool, cho, 10)]);
    expect(again.slice(0, 2)).toEqual(first.map((outcome) => ({ ...outcome, isReplay: true })));
    expect(again[2]).toMatchObject({ kind: 'posted', isReplay: false });
    expect(await bench.balanceOf(pool)).toBe(70);
  });

  it('posts a reference once within one batch', async () => {
    const pool = await bench.anAccount({ balanceUnits: 100 });
    const [ada] = (await members(1)) as [LedgerAccount];
    const request = bench.aRequest(pool, ada, 10);
    const outcomes = await postMany([request, request, { ...request, units: 20 }]);
    expect(outcomes).toMatchObject([
      { kind: 'posted', isReplay: false },
      { kind: 'posted', isReplay: true },
      { kind: 'referenceReused', reference: request.reference },
    ]);
    expect(await bench.balanceOf(pool)).toBe(90);
  });

  it('never overspends a hot pool that eight batches drain at once', async () => {
    const pool = await bench.anAccount({ balanceUnits: 1_000, kind: 'POOL' });
    const everyone = await members(400);
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, client) =>
        postMany(everyone.slice(client * 50, client * 50 + 50).map((member) => bench.aRequest(pool, member, 3))),
      ),
    );
    const posted = outcomes.flat().filter(({ kind }) => kind === 'posted');
    expect(posted).toHaveLength(333);
    expect(await bench.balanceOf(pool)).toBe(1);
    await expect(bench.ledger.recomputeBalances(bench.db)).resolves.toEqual([]);
  });

  it('posts each of the same references once when eight batches ask for them at once', async () => {
    const pool = await bench.anAccount({ balanceUnits: 1_000 });
    const requests = (await members(50)).map((member) => bench.aRequest(pool, member, 3));
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => postMany(requests)));
    expect(outcomes.flat().filter((outcome) => outcome.kind === 'posted' && !outcome.isReplay)).toHaveLength(50);
    expect(await bench.balanceOf(pool)).toBe(850);
  });

  /** Posts a batch while another transaction has posted one of its references, and commits when the batch waits. */
  async function postManyAgainst(reference: string, requests: readonly TransferRequest[]) {
    const others = [await bench.anAccount({ balanceUnits: 5 }), await bench.anAccount()] as const;
    return bench.db.transaction(async (tx) => {
      await bench.ledger.postTransfer(tx, bench.aRequest(...others, 5, reference));
      const posting = postMany(requests);
      await until(
        async () => {
          const [found] = await bench.db.query(
            `SELECT count(*) AS waiting FROM pg_stat_activity
              WHERE datname = current_database() AND wait_event_type = 'Lock'`,
          );
          return found.waiting === 1;
        },
        { what: 'the batch that waits for the reference' },
      );
      return { posting };
    });
  }

  it('begins again when another transaction posts one of its references over other accounts', async () => {
    const pool = await bench.anAccount({ balanceUnits: 10 });
    const [ada, ben] = (await members(2)) as [LedgerAccount, LedgerAccount];
    const { posting } = await postManyAgainst('raced', [
      bench.aRequest(pool, ada, 5),
      bench.aRequest(pool, ben, 5, 'raced'),
    ]);
    await expect(posting).resolves.toMatchObject([{ kind: 'posted', isReplay: false }, { kind: 'referenceReused' }]);
    expect(await bench.balanceOf(pool)).toBe(5);
    await expect(bench.ledger.recomputeBalances(bench.db)).resolves.toEqual([]);
  });

  it('knows a batch of one that another transaction posts meanwhile over other accounts', async () => {
    const pool = await bench.anAccount({ balanceUnits: 10 });
    const [ada] = (await members(1)) as [LedgerAccount];
    const { posting } = await postManyAgainst('raced alone', [bench.aRequest(pool, ada, 5, 'raced alone')]);
    await expect(posting).resolves.toMatchObject([{ kind: 'referenceReused' }]);
    expect(await bench.balanceOf(pool)).toBe(10);
    await expect(bench.ledger.recomputeBalances(bench.db)).resolves.toEqual([]);
  });

  it('answers nothing for nothing, and stops at a batch that is too large', async () => {
    await expect(postMany([])).resolves.toEqual([]);
    const [from, to] = [await bench.anAccount(), await bench.anAccount()];
    await expect(postMany(Array(5_001).fill(bench.aRequest(from, to, 1)))).rejects.toThrow(RangeError);
  });
});
