import { inTransaction, violatedConstraint } from '@zhijia/database';
import { LedgerBench } from '../test/ledger-bench.js';
import { books, planTransfer, type Book, type LedgerAccount } from './index.js';
import { withEntry } from './plan-transfer.js';
import { TransfersStore } from './transfers.store.js';

/** What the database holds against SQL that does not come from the ledger. */
describe('the ledger tables', () => {
  let bench: LedgerBench;
  let from: LedgerAccount;
  let to: LedgerAccount;
  let transferId: string;

  beforeAll(async () => {
    bench = await LedgerBench.open();
    from = await bench.anAccount({ balanceUnits: 100 });
    to = await bench.anAccount({ capUnits: 100 });
    const outcome = await bench.transfer(from, to, 10);
    transferId = outcome.kind === 'posted' ? outcome.transferId : '';
  });
  afterAll(() => bench.close());

  async function constraintBrokenBy(text: string, parameters: unknown[] = []): Promise<string | null> {
    try {
      await bench.db.transaction((tx) => tx.query(text, parameters));
    } catch (error) {
      return violatedConstraint(error) ?? String(error);
    }
    return null;
  }

  interface Side {
    accountId: string;
    units: number;
    book?: string;
    version?: number;
  }

  /** Writes a transfer and these entries as the ledger does, in one statement. */
  function write(
    legs: { fromId: string; toId: string; units: number; book?: string; reverses?: string },
    sides: Side[],
  ) {
    return constraintBrokenBy(
      `WITH transfer AS (
         INSERT INTO ledger_transfer (book, from_account_id, to_account_id, units, kind, reason, reference, occurred_at,
                                      posted_at, reverses_id)
         VALUES ($1, $2, $3, $4, 'GIFT', '', $5, now(), now(), $6) RETURNING id)
       INSERT INTO ledger_entry (account_id, account_version, transfer_id, book, units, balance_before, balance_after)
       SELECT (side->>'accountId')::uuid, coalesce((side->>'version')::bigint, 1000), transfer.id,
              coalesce(side->>'book', $1), (side->>'units')::bigint, 0, (side->>'units')::bigint
         FROM transfer, jsonb_array_elements($7::jsonb) AS side`,
      [
        legs.book ?? 'MINUTES',
        legs.fromId,
        legs.toId,
        legs.units,
        bench.unique('reference'),
        legs.reverses ?? null,
        JSON.stringify(sides),
      ],
    );
  }

  it('take a transfer with its two sides', async () => {
    const legs = { fromId: from.id, toId: to.id, units: 5 };
    await expect(
      write(legs, [
        { accountId: from.id, units: -5 },
        { accountId: to.id, units: 5 },
      ]),
    ).resolves.toBeNull();
  });

  it('refuse sides that do not sum to zero, one side, none, and a third', async () => {
    const legs = { fromId: from.id, toId: to.id, units: 5 };
    const third = await bench.anAccount();
    const debit = { accountId: from.id, units: -5, version: 2_000 };
    const credit = { accountId: to.id, units: 5, version: 2_000 };
    const broken = 'ledger_transfer_sums_to_zero';
    const notASide = 'ledger_entry_is_a_side_of_its_transfer';
    expect([broken, notASide]).toContain(await write(legs, [debit, { ...credit, units: 6 }]));
    expect([broken, notASide]).toContain(await write(legs, [debit, { ...credit, units: -5 }]));
    await expect(write(legs, [debit])).resolves.toBe(broken);
    await expect(write(legs, [])).resolves.toBe(broken);
    await expect(write(legs, [debit, credit, { accountId: third.id, units: 5 }])).resolves.toBe(notASide);
  });

  it('refuse an entry that comes to a transfer later', async () => {
    const third = await bench.anAccount();
    const insert = `INSERT INTO ledger_entry (account_id, account_version, transfer_id, book, units, balance_before, balance_after)
                    VALUES ($1, 3000, $2, 'MINUTES', 10, 0, 10)`;
    await expect(constraintBrokenBy(insert, [third.id, transferId])).resolves.toBe(
      'ledger_entry_is_a_side_of_its_transfer',
    );
    await expect(constraintBrokenBy(insert, [to.id, transferId])).resolves.toBe('ledger_entry_is_one_per_account');
  });

  it('keep what was posted', async () => {
    for (const table of ['ledger_transfer', 'ledger_entry']) {
      await expect(constraintBrokenBy(`UPDATE ${table} SET units = units`)).resolves.toBe(`${table}_is_immutable`);
      await expect(constraintBrokenBy(`DELETE FROM ${table}`)).resolves.toBe(`${table}_is_immutable`);
      await expect(constraintBrokenBy(`TRUNCATE ${table} CASCADE`)).resolves.toMatch(/^ledger_\w+_is_immutable$/);
    }
    await expect(constraintBrokenBy(`DELETE FROM ledger_account WHERE id = $1`, [to.id])).resolves.toMatch(
      /^ledger_\w+_stays_in_its_book$/,
    );
  });

  it('keep floor and cap of an account', async () => {
    const set = (column: string, units: number) =>
      constraintBrokenBy(`UPDATE ledger_account SET ${column} = $2 WHERE id = $1`, [to.id, units]);
    await expect(set('balance_units', -1)).resolves.toBe('ledger_account_keeps_floor');
    await expect(set('balance_units', 101)).resolves.toBe('ledger_account_keeps_cap');
    await expect(set('held_units', 1_000)).resolves.toBe('ledger_account_keeps_floor');
    await expect(set('held_units', -1)).resolves.toBe('ledger_account_held_is_not_negative');
  });

  it('refuse a posting that was planned from a balance of before', async () => {
    const [stale] = await bench.ledger.balance(bench.db, [from.id]);
    const [other] = await bench.ledger.balance(bench.db, [to.id]);
    await bench.transfer(await bench.issuance(), from, 1);
    const plan = planTransfer(bench.aRequest(from, to, 1), stale!, other!);
    if (plan.kind !== 'posted') throw new Error(plan.kind);
    const transfer = {
      ...bench.aRequest(from, to, 1),
      occurredAt: null,
      reversesId: null,
      debit: plan.debit,
      credit: plan.credit,
    };
    const before = new Map([stale!, other!].map((account) => [account.id, account]));
    const moved = [withEntry(stale!, plan.debit), withEntry(other!, plan.credit)];
    await expect(
      bench.db.transaction((tx) => new TransfersStore().insert(tx, [transfer], moved, before)),
    ).rejects.toMatchObject({ code: expect.stringMatching(/^(23505|40001)$/) });
  });

  it('refuse a reversal that is not the transfer turned round, and a second one', async () => {
    const sides = (units: number) => [
      { accountId: to.id, units: -units, version: 4_000 },
      { accountId: from.id, units, version: 4_000 },
    ];
    const turned = { fromId: to.id, toId: from.id, reverses: transferId };
    await expect(write({ ...turned, units: 9 }, sides(9))).resolves.toBe('ledger_transfer_reversal_mirrors');
    await expect(write({ ...turned, units: 10 }, sides(10))).resolves.toBeNull();
    await expect(write({ ...turned, units: 10 }, sides(10))).resolves.toBe('ledger_transfer_is_reversed_once');
  });

  it('settle a hold once', async () => {
    const outcome = await inTransaction(bench.db, (tx) =>
      bench.ledger.reserve(tx, { ...bench.aRequest(from, to, 1), expiresAt: null }),
    );
    if (outcome.kind !== 'reserved') throw new Error(outcome.kind);
    await inTransaction(bench.db, (tx) => bench.ledger.voidHold(tx, outcome.holdId, ''));
    await expect(
      constraintBrokenBy(`UPDATE ledger_hold SET status = 'HELD', settled_at = NULL WHERE id = $1`, [outcome.holdId]),
    ).resolves.toBe('ledger_hold_settles_once');
  });

  describe('let nothing become money', () => {
    it('know three books, and none of cash', async () => {
      expect([...books]).toEqual(['MINUTES', 'POINTS', 'WELFARE_FEN']);
      for (const book of ['CASH', 'CNY', 'FEN', 'YUAN', 'minutes', '']) {
        await expect(
          constraintBrokenBy(`INSERT INTO ledger_account (book, kind) VALUES ($1, 'MEMBER')`, [book]),
        ).resolves.toBe('ledger_account_book_is_known');
      }
      for (const book of books) {
        await expect(
          constraintBrokenBy(`INSERT INTO ledger_account (book, kind, owner_id) VALUES ($1, 'MEMBER', 'known')`, [
            book,
          ]),
        ).resolves.toBeNull();
      }
    });

    const crossings = books.flatMap((left) => books.filter((right) => right !== left).map((right) => [left, right]));

    it.each(crossings as [Book, Book][])(
      'cross from %s to %s by no operation and no statement',
      async (left, right) => {
        const [source, target] = (await inTransaction(bench.db, (tx) =>
          bench.ledger.openAccounts(tx, [
            { book: left, kind: 'ISSUANCE', ownerId: null, floorUnits: null },
            { book: right, kind: 'MEMBER', ownerId: 'crossing' },
          ]),
        )) as [LedgerAccount, LedgerAccount];
        for (const book of books) {
          const request = { ...bench.aRequest(source, target, 1), book };
          const outcomes = await inTransaction(bench.db, async (tx) => [
            await bench.ledger.postTransfer(tx, request),
            ...(await bench.ledger.postMany(tx, [request])),
            await bench.ledger.reserve(tx, { ...request, expiresAt: null }),
          ]);
          expect(outcomes.map(({ kind }) => kind)).toEqual(['bookMismatch', 'bookMismatch', 'bookMismatch']);
          const legs = { fromId: source.id, toId: target.id, units: 1, book };
          for (const [debitBook, creditBook] of [
            [book, book],
            [left, right],
          ]) {
            await expect(
              write(legs, [
                { accountId: source.id, units: -1, version: 9_000, book: debitBook! },
                { accountId: target.id, units: 1, version: 9_000, book: creditBook! },
              ]),
            ).resolves.toMatch(/^(ledger_entry_stays_in_its_book|ledger_entry_is_a_side_of_its_transfer)$/);
          }
          await expect(
            constraintBrokenBy(
              `INSERT INTO ledger_hold (book, from_account_id, to_account_id, units, kind, reason, reference)
             VALUES ($1, $2, $3, 1, 'GIFT', '', 'crossing')`,
              [book, source.id, target.id],
            ),
          ).resolves.toMatch(/^ledger_hold_(takes_from|gives_to)_its_book$/);
        }
      },
    );
  });
});
