import { row, rows, type Queryable } from '@zhijia/database';
import type { EntityManager } from 'typeorm';
import type { AccountState } from './account.js';
import type { Book } from './book.js';
import { transferNameOf } from './plan-batch.js';
import type { PostedLegs } from './plan-reversal.js';
import type { Entry, TransferRequest } from './plan-transfer.js';

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
  debit.account_version AS "debitVersion", debit.balance_before AS "debitBefore",
  credit.account_version AS "creditVersion", credit.balance_before AS "creditBefore"`;

const transferTables = `ledger_transfer transfer
  JOIN ledger_entry debit ON debit.transfer_id = transfer.id AND debit.account_id = transfer.from_account_id
  JOIN ledger_entry credit ON credit.transfer_id = transfer.id AND credit.account_id = transfer.to_account_id`;

/** The transfers and their entries. */
export class TransfersStore {
  /** Locks, posts and answers one transfer in one statement; null, and nothing written, where it has to be decided. */
  async postAtOnce(tx: EntityManager, request: TransferRequest): Promise<TransferRow | null> {
    const { book, fromAccountId, toAccountId, units, kind, reason, reference } = request;
    const posted = await row<PostedRow>(
      tx,
      `SELECT id, occurred_at AS "occurredAt", posted_at AS "postedAt", from_version AS "fromVersion",
              from_before AS "fromBefore", to_version AS "toVersion", to_before AS "toBefore"
         FROM ledger_post($1, $2, $3, $4, $5, $6, $7, $8)`,
      [book, fromAccountId, toAccountId, units, kind, reason, reference, request.occurredAt ?? null],
    );
    if (posted === null) return null;
    const { id, occurredAt, postedAt } = posted;
    return {
      ...{ id, book, fromAccountId, toAccountId, units, kind, reason, reference, occurredAt, postedAt },
      reversesId: null,
      debit: entryOf(fromAccountId, -units, posted.fromBefore, posted.fromVersion),
      credit: entryOf(toAccountId, units, posted.toBefore, posted.toVersion),
    };
  }

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

  /** LIMIT 1 keeps each a look-up by key: for a batch of hundreds the planner would rather read the whole table. */
  async byReferences(db: Queryable, named: readonly { book: Book; reference: string }[]): Promise<TransferRow[]> {
    const found = await rows<FlatTransferRow>(
      db,
      `SELECT ${transferColumns} FROM unnest($1::text[], $2::text[]) AS asked (book, reference)
        CROSS JOIN LATERAL (SELECT * FROM ledger_transfer
                             WHERE book = asked.book AND reference = asked.reference LIMIT 1) transfer
        CROSS JOIN LATERAL (SELECT * FROM ledger_entry
                             WHERE transfer_id = transfer.id AND account_id = transfer.from_account_id LIMIT 1) debit
        CROSS JOIN LATERAL (SELECT * FROM ledger_entry
                             WHERE transfer_id = transfer.id AND account_id = transfer.to_account_id LIMIT 1) credit`,
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

interface PostedRow {
  readonly id: string;
  readonly occurredAt: string;
  readonly postedAt: string;
  readonly fromVersion: number;
  readonly fromBefore: number;
  readonly toVersion: number;
  readonly toBefore: number;
}

function entryOf(accountId: string, units: number, balanceBeforeUnits: number, accountVersion: number): Entry {
  return { accountId, units, balanceBeforeUnits, balanceAfterUnits: balanceBeforeUnits + units, accountVersion };
}

interface FlatTransferRow extends Omit<TransferRow, 'debit' | 'credit'> {
  readonly debitVersion: number;
  readonly debitBefore: number;
  readonly creditVersion: number;
  readonly creditBefore: number;
}

function withEntries(flat: FlatTransferRow): TransferRow {
  const { debitVersion, debitBefore, creditVersion, creditBefore, ...transfer } = flat;
  return {
    ...transfer,
    debit: entryOf(flat.fromAccountId, -flat.units, debitBefore, debitVersion),
    credit: entryOf(flat.toAccountId, flat.units, creditBefore, creditVersion),
  };
}
