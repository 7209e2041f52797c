import { execute, lookUp, row, rows, type Queryable } from '@zhijia/database';
import type { EntityManager } from 'typeorm';
import type { AccountKey, AccountStatus, LedgerAccount, OpenAccountRequest } from './account.js';

const accountColumns = `account.id, account.book, account.kind, account.owner_id AS "ownerId", account.status,
  account.floor_units AS "floorUnits", account.cap_units AS "capUnits", account.balance_units AS "balanceUnits",
  account.held_units AS "heldUnits", account.version,
  account.balance_units - account.held_units - account.floor_units AS "availableUnits"`;

/** The accounts: opening, finding and locking them. */
export class AccountsStore {
  async open(tx: EntityManager, requests: readonly OpenAccountRequest[]): Promise<LedgerAccount[]> {
    const known = await this.find(tx, requests);
    if (known.every((account) => account !== null)) return known;
    const asked = [
      requests.map(({ book }) => book),
      requests.map(({ kind }) => kind),
      requests.map(({ ownerId }) => ownerId),
      requests.map(({ floorUnits }) => (floorUnits === undefined ? 0 : floorUnits)),
      requests.map(({ capUnits }) => capUnits ?? null),
    ];
    // One order for everybody, so that two openings of the same accounts cannot deadlock.
    await execute(
      tx,
      `INSERT INTO ledger_account (book, kind, owner_id, floor_units, cap_units)
       SELECT book, kind, owner_id, floor_units, cap_units
         FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[])
           AS asked (book, kind, owner_id, floor_units, cap_units)
        ORDER BY book, kind, owner_id
       ON CONFLICT (book, kind, owner_id) DO NOTHING`,
      asked,
    );
    const opened = await this.find(tx, requests);
    return opened.map((account) => {
      if (account === null) throw new Error('An account that was just opened is not there');
      return account;
    });
  }

  /** LIMIT 1 keeps each a look-up by key: for hundreds of names the planner would rather read the whole table. */
  async find(db: Queryable, keys: readonly AccountKey[]): Promise<(LedgerAccount | null)[]> {
    const found = await lookUp<LedgerAccount>(
      db,
      `SELECT ${accountColumns} FROM unnest($1::text[], $2::text[], $3::text[]) AS asked (book, kind, owner_id)
        CROSS JOIN LATERAL (
              (SELECT * FROM ledger_account
                WHERE book = asked.book AND kind = asked.kind AND owner_id = asked.owner_id LIMIT 1)
               UNION ALL
              (SELECT * FROM ledger_account
                WHERE book = asked.book AND kind = asked.kind AND owner_id IS NULL AND asked.owner_id IS NULL LIMIT 1)
              ) AS account`,
      [keys.map(({ book }) => book), keys.map(({ kind }) => kind), keys.map(({ ownerId }) => ownerId)],
    );
    const byName = new Map(found.map((account) => [nameOf(account), account]));
    return keys.map((key) => byName.get(nameOf(key)) ?? null);
  }

  async byIds(db: Queryable, accountIds: readonly string[]): Promise<(LedgerAccount | null)[]> {
    const found = await lookUp<LedgerAccount>(
      db,
      `SELECT ${accountColumns} FROM ledger_account account WHERE account.id = ANY($1::uuid[])`,
      [accountIds],
    );
    const byId = new Map(found.map((account) => [account.id, account]));
    return accountIds.map((id) => byId.get(id) ?? null);
  }

  /**
   * One order for everybody, so that opposite transfers cannot deadlock. NO KEY, because rows elsewhere may point at an
   * account while its balance moves.
   */
  lock(tx: EntityManager, accountIds: readonly string[]): Promise<LedgerAccount[]> {
    return rows<LedgerAccount>(
      tx,
      `SELECT ${accountColumns} FROM ledger_account account WHERE account.id = ANY($1::uuid[])
        ORDER BY account.id FOR NO KEY UPDATE`,
      [accountIds],
    );
  }

  /** Locks the two accounts of a hold. */
  lockOfHold(tx: EntityManager, holdId: string): Promise<LedgerAccount[]> {
    return rows<LedgerAccount>(
      tx,
      `SELECT ${accountColumns} FROM ledger_account account
        WHERE account.id IN (SELECT from_account_id FROM ledger_hold WHERE id = $1
                             UNION ALL SELECT to_account_id FROM ledger_hold WHERE id = $1)
        ORDER BY account.id FOR NO KEY UPDATE`,
      [holdId],
    );
  }

  async setStatus(tx: EntityManager, accountId: string, status: AccountStatus): Promise<void> {
    await execute(tx, `UPDATE ledger_account SET status = $2 WHERE id = $1`, [accountId, status]);
  }

  async setLimits(
    tx: EntityManager,
    accountId: string,
    limits: { readonly floorUnits: number | null; readonly capUnits: number | null },
  ): Promise<void> {
    await execute(tx, `UPDATE ledger_account SET floor_units = $2, cap_units = $3 WHERE id = $1`, [
      accountId,
      limits.floorUnits,
      limits.capUnits,
    ]);
  }

  /** Whether the database's time has reached the instant. */
  async isPast(tx: EntityManager, instant: string): Promise<boolean> {
    const found = await row<{ isPast: boolean }>(tx, `SELECT $1::timestamptz <= zhijia_now() AS "isPast"`, [instant]);
    return found?.isPast ?? false;
  }
}

function nameOf(key: AccountKey): string {
  return JSON.stringify([key.book, key.kind, key.ownerId]);
}
