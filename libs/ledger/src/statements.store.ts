import { rows, type Queryable } from '@zhijia/database';
import type { Book } from './book.js';

/** More in one page is a report, not a page. */
export const maxStatementEntries = 500;

export interface StatementPage {
  /** How many entries at most; up to `maxStatementEntries`. */
  readonly first: number;
  /** The cursor: entries older than the one with this number. */
  readonly beforeVersion?: number | null;
}

/** One line of a passbook. */
export interface StatementEntry {
  readonly accountId: string;
  /** Numbers the account's entries from 1 without a gap; the cursor. */
  readonly accountVersion: number;
  readonly transferId: string;
  readonly book: Book;
  /** Signed: negative left the account. */
  readonly units: number;
  readonly balanceBeforeUnits: number;
  readonly balanceAfterUnits: number;
  /** The account on the other side. */
  readonly counterAccountId: string;
  readonly kind: string;
  readonly reason: string;
  readonly reference: string;
  /** ISO 8601, UTC: when it happened; entries stand in the order in which they were posted. */
  readonly occurredAt: string;
  readonly postedAt: string;
  /** The transfer this one corrects. */
  readonly reversesId: string | null;
  /** The transfer that corrected this one. */
  readonly reversedById: string | null;
}

/** What a statement shows. */
export class StatementsStore {
  /** The newest entries of each account, the newest first; one list an account, in the order of the ids. */
  async ofAccounts(db: Queryable, accountIds: readonly string[], page: StatementPage): Promise<StatementEntry[][]> {
    if (!Number.isInteger(page.first) || page.first < 1 || page.first > maxStatementEntries)
      throw new RangeError(`A page of a statement has 1 to ${maxStatementEntries} entries`);
    const found = await rows<StatementEntry>(
      db,
      `SELECT entry.account_id AS "accountId", entry.account_version AS "accountVersion",
              entry.transfer_id AS "transferId", entry.book, entry.units, entry.balance_before AS "balanceBeforeUnits",
              entry.balance_after AS "balanceAfterUnits",
              CASE entry.account_id WHEN transfer.from_account_id THEN transfer.to_account_id
                   ELSE transfer.from_account_id END AS "counterAccountId",
              transfer.kind, transfer.reason, transfer.reference, transfer.occurred_at AS "occurredAt",
              transfer.posted_at AS "postedAt", transfer.reverses_id AS "reversesId", reversal.id AS "reversedById"
         FROM unnest($1::uuid[]) AS asked (account_id)
        CROSS JOIN LATERAL (
                SELECT * FROM ledger_entry newest
                 WHERE newest.account_id = asked.account_id
                   AND newest.account_version < coalesce($2::bigint, 9223372036854775807)
                 ORDER BY newest.account_version DESC LIMIT $3) entry
         JOIN ledger_transfer transfer ON transfer.id = entry.transfer_id
         LEFT JOIN ledger_transfer reversal ON reversal.reverses_id = entry.transfer_id
        ORDER BY entry.account_version DESC`,
      [[...new Set(accountIds)], page.beforeVersion ?? null, page.first],
    );
    const byAccount = new Map(accountIds.map((accountId): [string, StatementEntry[]] => [accountId, []]));
    for (const entry of found) byAccount.get(entry.accountId)?.push(entry);
    return accountIds.map((accountId) => byAccount.get(accountId) ?? []);
  }
}
