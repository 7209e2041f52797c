import { rows, type Queryable } from '@zhijia/database';
import type { Book } from './book.js';

/** Accounts recomputed by one statement. */
const accountsAtOnce = 1_000;

/**
 * Where a stored figure is not what its entries and holds say.
 * - `balance`, `version`, `held`: the account's row against its entries and open holds;
 * - `chain`: entries that do not follow from each other; `actual` counts them;
 * - `book`: all balances of a book, which sum to zero.
 */
export interface Drift {
  readonly what: 'balance' | 'version' | 'held' | 'chain' | 'book';
  readonly book: Book;
  /** Null for a whole book. */
  readonly accountId: string | null;
  readonly expected: number;
  readonly actual: number;
}

/** Recomputes from the entries and compares. It never repairs: a drift is a question for people. */
export class DriftsStore {
  async find(db: Queryable, accountIds?: readonly string[]): Promise<Drift[]> {
    if (accountIds !== undefined) return this.ofAccounts(db, accountIds);
    const drifts: Drift[] = [];
    for (let after: string | null = null; ;) {
      const page: { id: string }[] = await rows(
        db,
        `SELECT id FROM ledger_account WHERE $1::uuid IS NULL OR id > $1 ORDER BY id LIMIT ${accountsAtOnce}`,
        [after],
      );
      const last = page.at(-1);
      if (last === undefined) break;
      drifts.push(
        ...(await this.ofAccounts(
          db,
          page.map(({ id }) => id),
        )),
      );
      after = last.id;
    }
    return [...drifts, ...(await this.ofBooks(db))];
  }

  /** One statement sees one moment, so transfers that go on meanwhile are no drift. */
  private async ofAccounts(db: Queryable, accountIds: readonly string[]): Promise<Drift[]> {
    return rows<Drift>(
      db,
      `SELECT checked.what, account.book, account.id AS "accountId", checked.expected, checked.actual
         FROM ledger_account account
        CROSS JOIN LATERAL (
                SELECT coalesce(sum(units), 0)::bigint AS balance, count(*) AS entries,
                       count(*) FILTER (WHERE NOT follows) AS broken
                  FROM (SELECT units,
                               balance_before = coalesce(lag(balance_after) OVER versions, 0)
                               AND account_version = row_number() OVER versions AS follows
                          FROM ledger_entry WHERE account_id = account.id
                        WINDOW versions AS (ORDER BY account_version)) AS entry) AS recomputed
        CROSS JOIN LATERAL (
                SELECT coalesce(sum(units), 0)::bigint AS units FROM ledger_hold
                 WHERE from_account_id = account.id AND status = 'HELD') AS held
        CROSS JOIN LATERAL (VALUES ('balance', recomputed.balance, account.balance_units),
                                   ('version', recomputed.entries, account.version),
                                   ('held', held.units, account.held_units),
                                   ('chain', 0, recomputed.broken)) AS checked (what, expected, actual)
        WHERE account.id = ANY($1::uuid[]) AND checked.expected <> checked.actual
        ORDER BY account.id, checked.what`,
      [accountIds],
    );
  }

  private async ofBooks(db: Queryable): Promise<Drift[]> {
    return rows<Drift>(
      db,
      `SELECT 'book' AS what, book, NULL AS "accountId", 0 AS expected, sum(balance_units)::bigint AS actual
         FROM ledger_account GROUP BY book HAVING sum(balance_units) <> 0 ORDER BY book`,
    );
  }
}
