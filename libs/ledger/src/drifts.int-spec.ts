import { LedgerBench } from '../test/ledger-bench.js';

describe('recomputeBalances', () => {
  let bench: LedgerBench;

  beforeEach(async () => {
    bench = await LedgerBench.open();
  });
  afterEach(() => bench.close());

  /** What nobody may do: past triggers and keys. */
  async function tamper(...statements: [string, unknown[]][]): Promise<void> {
    await bench.db.transaction(async (tx) => {
      await tx.query(`SET LOCAL session_replication_role = replica`);
      for (const [text, parameters] of statements) await tx.query(text, parameters);
    });
  }

  async function someAccounts() {
    const from = await bench.anAccount({ balanceUnits: 100 });
    const to = await bench.anAccount();
    for (const units of [10, 20, 30]) await bench.transfer(from, to, units);
    return { from, to };
  }

  it('finds nothing in a ledger that was only used', async () => {
    await someAccounts();
    await expect(bench.ledger.recomputeBalances(bench.db)).resolves.toEqual([]);
  });

  it('sees a balance without an entry, and does not repair it', async () => {
    const { to } = await someAccounts();
    await bench.db.query(`UPDATE ledger_account SET balance_units = 61 WHERE id = $1`, [to.id]);
    const drifts = [
      { what: 'balance', book: 'MINUTES', accountId: to.id, expected: 60, actual: 61 },
      { what: 'book', book: 'MINUTES', accountId: null, expected: 0, actual: 1 },
    ];
    await expect(bench.ledger.recomputeBalances(bench.db)).resolves.toEqual(drifts);
    await expect(bench.ledger.recomputeBalances(bench.db)).resolves.toEqual(drifts);
    await expect(bench.ledger.recomputeBalances(bench.db, [to.id])).resolves.toEqual(drifts.slice(0, 1));
  });

  it('sees an entry that was changed together with the balance', async () => {
    const { to } = await someAccounts();
    await tamper(
      [`UPDATE ledger_entry SET units = 21, balance_after = 31 WHERE account_id = $1 AND account_version = 2`, [to.id]],
      [`UPDATE ledger_account SET balance_units = 61 WHERE id = $1`, [to.id]],
    );
    await expect(bench.ledger.recomputeBalances(bench.db)).resolves.toMatchObject([
      { what: 'chain', accountId: to.id, expected: 0, actual: 1 },
      { what: 'book', actual: 1 },
    ]);
  });

  it('sees an entry that is gone', async () => {
    const { from } = await someAccounts();
    await tamper([`DELETE FROM ledger_entry WHERE account_id = $1 AND account_version = 3`, [from.id]]);
    const drifts = await bench.ledger.recomputeBalances(bench.db, [from.id]);
    expect(drifts.map(({ what }) => what)).toEqual(['balance', 'chain', 'version']);
  });

  it('sees a hold that the account does not know', async () => {
    const { from } = await someAccounts();
    await bench.db.query(`UPDATE ledger_account SET held_units = 5 WHERE id = $1`, [from.id]);
    await expect(bench.ledger.recomputeBalances(bench.db)).resolves.toMatchObject([
      { what: 'held', accountId: from.id, expected: 0, actual: 5 },
    ]);
  });

  it('takes transfers that go on meanwhile for no drift', async () => {
    const { from, to } = await someAccounts();
    let isDone = false;
    const moving = (async () => {
      for (let turn = 0; turn < 100; turn += 1) await bench.transfer(turn % 2 ? from : to, turn % 2 ? to : from, 1);
      isDone = true;
    })();
    while (!isDone) await expect(bench.ledger.recomputeBalances(bench.db)).resolves.toEqual([]);
    await moving;
  });
});
