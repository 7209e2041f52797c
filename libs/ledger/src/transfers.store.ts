import { row, rows, violatedConstraint, type Queryable } from '@zhijia/database';
import type { EntityManager } from 'typeorm';
import type { AccountState } from './account.js';
import type { Book } from './book.js';
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

/**
 * Two transactions posted one reference at the same time over different accounts. Carries the SQLSTATE of a
 * serialization conflict, so `inTransaction` begins again and then finds the earlier transfer.
 */
export class ReferenceRaced extends Error {
  readonly code = '40001';

  constructor() {
    super('A reference was posted by another transaction meanwhile');
  }
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
   * Writes transfers, entries and new balances in one statement. `moved` are the accounts afterwards, `before` the same
   * accounts as they were locked. A single transfer whose reference exists writes nothing and answers an empty list.
   */
  async insert(
    tx: EntityManager,
    transfers: readonly PlannedTransfer[],
    moved: readonly AccountState[],
    before: ReadonlyMap<string, AccountState>,
  ): Promise<TransferRow[]> {
    if (transfers.length === 0) return [];
    const written = await this.write(tx, transfers, moved, before);
    if (written.length === 0 && transfers.length === 1) return [];
    const inserted = transfers.flatMap((transfer, index) => {
      const row = written[index];
      return row?.movedAccounts === moved.length ? [rowOf(transfer, row)] : [];
    });
    // Unreachable under the lock. The caller's transaction must not commit what is half written.
    if (inserted.length !== transfers.length) throw new Error('Accounts moved between their lock and their posting');
    return inserted;
  }

  private async write(
    tx: EntityManager,
    transfers: readonly PlannedTransfer[],
    moved: readonly AccountState[],
    before: ReadonlyMap<string, AccountState>,
  ): Promise<WrittenRow[]> {
    try {
      return await rows(tx, insertTransfers, [
        transfers.map(({ book }) => book),
        transfers.map(({ debit }) => debit.accountId),
        transfers.map(({ credit }) => credit.accountId),
        transfers.map(({ credit }) => credit.units),
        transfers.map(({ kind }) => kind),
        transfers.map(({ reason }) => reason),
        transfers.map(({ reference }) => reference),
        transfers.map(({ occurredAt }) => occurredAt),
        transfers.map(({ reversesId }) => reversesId),
        transfers.map(({ debit }) => debit.balanceBeforeUnits),
        transfers.map(({ debit }) => debit.accountVersion),
        transfers.map(({ credit }) => credit.balanceBeforeUnits),
        transfers.map(({ credit }) => credit.accountVersion),
        moved.map(({ id }) => id),
        moved.map(({ balanceUnits }) => balanceUnits),
        moved.map(({ heldUnits }) => heldUnits),
        moved.map(({ version }) => version),
        moved.map(({ id }) => before.get(id)?.version ?? null),
      ]);
    } catch (error) {
      // One of a batch was passed over as known: its fellows are without entries, and the constraint undoes them all.
      if (violatedConstraint(error) === 'ledger_transfer_sums_to_zero') throw new ReferenceRaced();
      throw error;
    }
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

/** Entries and balances are written only when every transfer was new. */
const insertTransfers = `
  WITH requested AS MATERIALIZED (
    SELECT uuidv7() AS id, zhijia_now() AS now, asked.*
      FROM unnest($1::text[], $2::uuid[], $3::uuid[], $4::bigint[], $5::text[], $6::text[], $7::text[],
                  $8::timestamptz[], $9::uuid[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[])
        WITH ORDINALITY AS asked (book, from_account_id, to_account_id, units, kind, reason, reference, occurred_at,
                  reverses_id, from_before, from_version, to_before, to_version, position)
  ), posted AS (
    INSERT INTO ledger_transfer (id, book, from_account_id, to_account_id, units, kind, reason, reference, occurred_at,
                                 posted_at, reverses_id)
    SELECT id, book, from_account_id, to_account_id, units, kind, reason, reference, coalesce(occurred_at, now), now,
           reverses_id
      FROM requested ORDER BY position
    ON CONFLICT (book, reference) DO NOTHING
    RETURNING id, occurred_at
  ), is_new AS MATERIALIZED (
    SELECT (SELECT count(*) FROM posted) = (SELECT count(*) FROM requested) AS every_one
  ), entries AS (
    INSERT INTO ledger_entry (account_id, account_version, transfer_id, book, units, balance_before, balance_after)
    SELECT side.account_id, side.version, requested.id, requested.book, side.units, side.before,
           side.before + side.units
      FROM requested
     CROSS JOIN LATERAL (VALUES (from_account_id, from_version, - units, from_before),
                                (to_account_id, to_version, units, to_before))
             AS side (account_id, version, units, before)
     WHERE (SELECT every_one FROM is_new)
  ), moved AS (
    UPDATE ledger_account account
       SET balance_units = afterwards.balance_units, held_units = afterwards.held_units, version = afterwards.version
      FROM unnest($14::uuid[], $15::bigint[], $16::bigint[], $17::bigint[], $18::bigint[])
             AS afterwards (id, balance_units, held_units, version, version_before)
     WHERE account.id = afterwards.id AND account.version = afterwards.version_before
       AND (SELECT every_one FROM is_new)
    RETURNING account.id
  )
  SELECT posted.id, posted.occurred_at AS "occurredAt", requested.now AS "postedAt",
         (SELECT count(*) FROM moved) AS "movedAccounts"
    FROM requested JOIN posted ON posted.id = requested.id
   ORDER BY requested.position`;

interface WrittenRow {
  readonly id: string;
  readonly occurredAt: string;
  readonly postedAt: string;
  readonly movedAccounts: number;
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
