import { row, rows, type Queryable } from '@zhijia/database';
import type { EntityManager } from 'typeorm';
import type { AccountState } from './account.js';
import type { Book } from './book.js';
import { transferNameOf } from './plan-batch.js';
import type { PostedLegs } from './plan-reversal.js';
import type { Entry } from './plan-transfer.js';

/** A transfer that was decided and is to be written. */
export interface PlannedTransfer {
  readonly book: Book;
  readonly kind: string;
  readonly reason: string;
  readonly reference: string;
  readonly occurredAt: string | null;
  readonly reversesId: string | null;
  readonly debit: Entry;
  readonly credit: Entry;
}

/** A transfer as it was posted, with its two entries. */
export interface TransferRow extends PostedLegs {
  readonly kind: string;
  readonly reason: string;
  readonly reference: string;
  readonly occurredAt: string;
  readonly postedAt: string;
  readonly debit: Entry;
  readonly credit: Entry;
}

const transferColumns = `transfer.id, transfer.book, transfer.from_account_id AS "fromAccountId",
  transfer.to_account_id AS "toAccountId", transfer.units, transfer.reverses_id AS "reversesId", transfer.kind,
  transfer.reason, transfer.reference, transfer.occurred_at AS "occurredAt", transfer.posted_at AS "postedAt",
  debit.account_version AS "debitVersion", debit.balance_before AS "debitBefore", debit.balance_after AS "debitAfter",
  credit.account_version AS "creditVersion", credit.balance_before AS "creditBefore",
  credit.balance_after AS "creditAfter"`;

const transferTables = `ledger_transfer transfer
  JOIN ledger_entry debit ON debit.transfer_id = transfer.id AND debit.account_id = transfer.from_account_id
  JOIN ledger_entry credit ON credit.transfer_id = transfer.id AND credit.account_id = transfer.to_account_id`;

/** The transfers and their entries. */
export class TransfersStore {
  /**
   * Writes transfers, entries and new balances. `moved` are the accounts afterwards, `before` the same accounts as they
   * were locked. A single transfer whose reference exists writes nothing and answers an empty list.
   */
  async insert(
    tx: EntityManager,
    transfers: readonly PlannedTransfer[],
    moved: readonly AccountState[],
    before: ReadonlyMap<string, AccountState>,
  ): Promise<TransferRow[]> {
    if (transfers.length === 0) return [];
    const written = await rows<WrittenRow>(
      tx,
      `SELECT id, book, reference, occurred_at AS "occurredAt", posted_at AS "postedAt" FROM ledger_write($1, $2)`,
      [
        JSON.stringify(transfers.map(columnsOf)),
        JSON.stringify(moved.map((account) => movedColumnsOf(account, before.get(account.id)))),
      ],
    );
    const byName = new Map(written.map((transfer) => [transferNameOf(transfer), transfer]));
    return transfers.flatMap((transfer) => {
      const row = byName.get(transferNameOf(transfer));
      return row === undefined ? [] : [rowOf(transfer, row)];
    });
  }

  async byReferences(db: Queryable, named: readonly { book: Book; reference: string }[]): Promise<TransferRow[]> {
    const found = await rows<FlatTransferRow>(
      db,
      `SELECT ${transferColumns} FROM unnest($1::text[], $2::text[]) AS asked (book, reference)
         CROSS JOIN LATERAL (SELECT * FROM ledger_transfer known
                              WHERE known.book = asked.book AND known.reference = asked.reference) transfer
         JOIN ledger_entry debit ON debit.transfer_id = transfer.id AND debit.account_id = transfer.from_account_id
         JOIN ledger_entry credit ON credit.transfer_id = transfer.id AND credit.account_id = transfer.to_account_id`,
      [named.map(({ book }) => book), named.map(({ reference }) => reference)],
    );
    return found.map(withEntries);
  }

  async byId(db: Queryable, transferId: string): Promise<TransferRow | null> {
    const found = await row<FlatTransferRow>(
      db,
      `SELECT ${transferColumns} FROM ${transferTables} WHERE transfer.id = $1`,
      [transferId],
    );
    return found === null ? null : withEntries(found);
  }
}

/** What `ledger_write` reads of a transfer. */
function columnsOf(transfer: PlannedTransfer) {
  const { book, kind, reason, reference, debit, credit } = transfer;
  return {
    book,
    kind,
    reason,
    reference,
    units: credit.units,
    occurred_at: transfer.occurredAt,
    reverses_id: transfer.reversesId,
    from_id: debit.accountId,
    from_version: debit.accountVersion,
    from_before: debit.balanceBeforeUnits,
    to_id: credit.accountId,
    to_version: credit.accountVersion,
    to_before: credit.balanceBeforeUnits,
  };
}

/** What `ledger_write` reads of an account. */
function movedColumnsOf(account: AccountState, before: AccountState | undefined) {
  return {
    id: account.id,
    balance_units: account.balanceUnits,
    held_units: account.heldUnits,
    version: account.version,
    version_before: before?.version,
  };
}

interface WrittenRow {
  readonly id: string;
  readonly book: Book;
  readonly reference: string;
  readonly occurredAt: string;
  readonly postedAt: string;
}

function rowOf(transfer: PlannedTransfer, { id, occurredAt, postedAt }: WrittenRow): TransferRow {
  const { debit, credit } = transfer;
  return {
    ...transfer,
    id,
    fromAccountId: debit.accountId,
    toAccountId: credit.accountId,
    units: credit.units,
    occurredAt,
    postedAt,
  };
}

interface FlatTransferRow extends Omit<TransferRow, 'debit' | 'credit'> {
  readonly debitVersion: number;
  readonly debitBefore: number;
  readonly debitAfter: number;
  readonly creditVersion: number;
  readonly creditBefore: number;
  readonly creditAfter: number;
}

function withEntries(flat: FlatTransferRow): TransferRow {
  const { debitVersion, debitBefore, debitAfter, creditVersion, creditBefore, creditAfter, ...transfer } = flat;
  return {
    ...transfer,
    debit: {
      accountId: flat.fromAccountId,
      units: -flat.units,
      balanceBeforeUnits: debitBefore,
      balanceAfterUnits: debitAfter,
      accountVersion: debitVersion,
    },
    credit: {
      accountId: flat.toAccountId,
      units: flat.units,
      balanceBeforeUnits: creditBefore,
      balanceAfterUnits: creditAfter,
      accountVersion: creditVersion,
    },
  };
}
