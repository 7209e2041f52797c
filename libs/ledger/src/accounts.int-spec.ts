import { inTransaction } from '@zhijia/database';
import { LedgerBench } from '../test/ledger-bench.js';
import type { OpenAccountRequest } from './index.js';

describe('accounts', () => {
  let bench: LedgerBench;

  beforeAll(async () => {
    bench = await LedgerBench.open();
  });
  afterAll(() => bench.close());

  const open = (requests: readonly OpenAccountRequest[]) =>
    inTransaction(bench.db, (tx) => bench.ledger.openAccounts(tx, requests));

  it('are opened once for each book, kind and owner, also by many at once', async () => {
    const requests: OpenAccountRequest[] = [
      { book: 'POINTS', kind: 'MEMBER', ownerId: 'ben' },
      { book: 'POINTS', kind: 'ISSUANCE', ownerId: null, floorUnits: null },
      { book: 'MINUTES', kind: 'MEMBER', ownerId: 'ada', floorUnits: -480, capUnits: 90_000 },
    ];
    const opened = await Promise.all(
      Array.from({ length: 8 }, (_, turn) => open(turn % 2 ? requests : requests.toReversed())),
    );
    const ids = opened.map((accounts) => accounts.map(({ id }) => id).sort());
    expect(new Set(ids.map((each) => each.join())).size).toBe(1);
    await expect(bench.ledger.findAccounts(bench.db, requests)).resolves.toMatchObject([
      { ownerId: 'ben', floorUnits: 0, capUnits: null, availableUnits: 0, status: 'OPEN', version: 0 },
      { ownerId: null, floorUnits: null, availableUnits: null },
      { ownerId: 'ada', floorUnits: -480, capUnits: 90_000, availableUnits: 480 },
    ]);
  });

  it('keep their limits when they are opened again', async () => {
    await open([{ book: 'MINUTES', kind: 'MEMBER', ownerId: 'cho', floorUnits: -10 }]);
    await expect(open([{ book: 'MINUTES', kind: 'MEMBER', ownerId: 'cho' }])).resolves.toMatchObject([
      { floorUnits: -10 },
    ]);
  });

  it('are found in the order asked for, null where there is none', async () => {
    const [account] = await open([{ book: 'MINUTES', kind: 'FUND', ownerId: 'guarantee' }]);
    const unknown = '019f0000-0000-7000-8000-000000000000';
    await expect(bench.ledger.balance(bench.db, [unknown, account!.id, unknown])).resolves.toEqual([
      null,
      account,
      null,
    ]);
    await expect(
      bench.ledger.findAccounts(bench.db, [
        { book: 'MINUTES', kind: 'FUND', ownerId: 'nobody' },
        { book: 'MINUTES', kind: 'FUND', ownerId: 'guarantee' },
      ]),
    ).resolves.toEqual([null, account]);
  });

  it('change status and limits only where the balance allows', async () => {
    const account = await bench.anAccount({ balanceUnits: 50 });
    const change = (limits: { floorUnits: number | null; capUnits: number | null }) =>
      inTransaction(bench.db, (tx) => bench.ledger.changeLimits(tx, account.id, limits));
    await expect(change({ floorUnits: 0, capUnits: 40 })).resolves.toMatchObject({ kind: 'balanceOutsideLimits' });
    await expect(change({ floorUnits: -60, capUnits: 60 })).resolves.toEqual({ kind: 'changed' });
    await expect(
      inTransaction(bench.db, (tx) => bench.ledger.changeStatus(tx, account.id, 'CLOSED')),
    ).resolves.toMatchObject({ kind: 'accountNotEmpty', balanceUnits: 50 });
    await bench.transfer(account, await bench.anAccount(), 50);
    await expect(inTransaction(bench.db, (tx) => bench.ledger.changeStatus(tx, account.id, 'CLOSED'))).resolves.toEqual(
      { kind: 'changed' },
    );
    await expect(bench.transfer(account, await bench.anAccount(), 1)).resolves.toMatchObject({
      kind: 'accountNotOpen',
      status: 'CLOSED',
    });
  });
});
