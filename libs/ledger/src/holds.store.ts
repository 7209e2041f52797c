import { execute, row, rows, type Queryable } from '@zhijia/database';
import type { EntityManager } from 'typeorm';
import type { HoldState, ReserveRequest } from './plan-hold.js';

/** A hold as it stands. */
export interface HoldRow extends HoldState {
  readonly kind: string;
  readonly reason: string;
  readonly reference: string;
  readonly expiresAt: string | null;
  readonly reservedAt: string;
  readonly settledAt: string | null;
  readonly settledReason: string | null;
  readonly transferId: string | null;
}

/** A hold that ran out and was released. */
export interface ExpiredHold {
  readonly holdId: string;
  readonly book: HoldState['book'];
  readonly fromAccountId: string;
  readonly units: number;
  readonly kind: string;
  readonly reference: string;
}

const holdColumns = `id, book, from_account_id AS "fromAccountId", to_account_id AS "toAccountId", units, kind, reason,
  reference, status, expires_at AS "expiresAt", reserved_at AS "reservedAt", settled_at AS "settledAt",
  settled_reason AS "settledReason", transfer_id AS "transferId",
  coalesce(expires_at <= zhijia_now(), false) AS "isOverdue"`;

/** The holds. A hold changes only while the account it takes from is locked, so it needs no lock of its own. */
export class HoldsStore {
  /** Answers null, and holds nothing, when the reference is known. */
  insert(tx: EntityManager, request: ReserveRequest): Promise<{ id: string; expiresAt: string | null } | null> {
    return row(
      tx,
      `WITH held AS (
         INSERT INTO ledger_hold (book, from_account_id, to_account_id, units, kind, reason, reference, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (book, reference) DO NOTHING
         RETURNING id, from_account_id, units, expires_at
       ), moved AS (
         UPDATE ledger_account account SET held_units = account.held_units + held.units
           FROM held WHERE account.id = held.from_account_id
       )
       SELECT id, expires_at AS "expiresAt" FROM held`,
      [
        request.book,
        request.fromAccountId,
        request.toAccountId,
        request.units,
        request.kind,
        request.reason,
        request.reference,
        request.expiresAt,
      ],
    );
  }

  byId(db: Queryable, holdId: string): Promise<HoldRow | null> {
    return row<HoldRow>(db, `SELECT ${holdColumns} FROM ledger_hold WHERE id = $1`, [holdId]);
  }

  byReference(db: Queryable, book: string, reference: string): Promise<HoldRow | null> {
    return row<HoldRow>(db, `SELECT ${holdColumns} FROM ledger_hold WHERE book = $1 AND reference = $2`, [
      book,
      reference,
    ]);
  }

  /** The open holds of an account, the oldest first. */
  ofAccount(db: Queryable, accountId: string, limit: number): Promise<HoldRow[]> {
    return rows<HoldRow>(
      db,
      `SELECT ${holdColumns} FROM ledger_hold WHERE from_account_id = $1 AND status = 'HELD' ORDER BY id LIMIT $2`,
      [accountId, limit],
    );
  }

  /** The posting has already released the units; this says what became of the hold. */
  async markPosted(tx: EntityManager, holdId: string, transferId: string, reason: string): Promise<void> {
    await execute(
      tx,
      `UPDATE ledger_hold SET status = 'POSTED', transfer_id = $2, settled_at = zhijia_now(), settled_reason = $3
        WHERE id = $1`,
      [holdId, transferId, reason],
    );
  }

  async release(tx: EntityManager, holdId: string, reason: string): Promise<void> {
    await execute(
      tx,
      `WITH released AS (
         UPDATE ledger_hold SET status = 'VOIDED', settled_at = zhijia_now(), settled_reason = $2
          WHERE id = $1 RETURNING from_account_id, units
       )
       UPDATE ledger_account account SET held_units = account.held_units - released.units
         FROM released WHERE account.id = released.from_account_id`,
      [holdId, reason],
    );
  }

  /** The accounts of the holds that ran out longest ago. */
  async listOverdue(tx: EntityManager, limit: number): Promise<{ id: string; fromAccountId: string }[]> {
    return rows(
      tx,
      `SELECT id, from_account_id AS "fromAccountId" FROM ledger_hold
        WHERE status = 'HELD' AND expires_at <= zhijia_now() ORDER BY expires_at LIMIT $1`,
      [limit],
    );
  }

  /** Of these holds, whose accounts are locked, releases those that are still open. */
  async expire(tx: EntityManager, holdIds: readonly string[]): Promise<ExpiredHold[]> {
    return rows<ExpiredHold>(
      tx,
      `WITH expired AS (
         UPDATE ledger_hold SET status = 'EXPIRED', settled_at = zhijia_now()
          WHERE id = ANY($1::uuid[]) AND status = 'HELD'
         RETURNING id, book, from_account_id, units, kind, reference
       ), released AS (
         SELECT from_account_id, sum(units)::bigint AS units FROM expired GROUP BY from_account_id
       ), moved AS (
         UPDATE ledger_account account SET held_units = account.held_units - released.units
           FROM released WHERE account.id = released.from_account_id
       )
       SELECT id AS "holdId", book, from_account_id AS "fromAccountId", units, kind, reference
         FROM expired ORDER BY id`,
      [holdIds],
    );
  }
}
