import type { EntityManager } from 'typeorm';
import type { AccountsStore } from './accounts.store.js';
import type { ExpiredHold, HoldRow, HoldsStore } from './holds.store.js';
import type { PostHoldOutcome, ReserveOutcome, VoidHoldOutcome } from './outcome.js';
import { planHoldPost, planHoldVoid, planReserve, withoutHold, type ReserveRequest } from './plan-hold.js';
import { asPosted, assertTransferRequest, byId, type PostingStore } from './posting.store.js';
import type { TransfersStore } from './transfers.store.js';

export interface PostHoldRequest {
  /** The whole hold unless said; what is not posted is released. */
  readonly units?: number;
  /** The reason of the hold unless said. */
  readonly reason?: string;
  /** ISO 8601; the database's time unless said. */
  readonly occurredAt?: string | null;
}

/** Sets units aside, then posts or releases them. */
export class HoldingStore {
  constructor(
    private readonly accounts: AccountsStore,
    private readonly transfers: TransfersStore,
    private readonly holds: HoldsStore,
    private readonly posting: PostingStore,
  ) {}

  async reserve(tx: EntityManager, request: ReserveRequest): Promise<ReserveOutcome> {
    assertTransferRequest(request);
    // The receiver is read without a lock: nothing arrives yet, and its state is asked again when the hold is posted.
    const [from = null] = await this.accounts.lock(tx, [request.fromAccountId]);
    const [to = null] = await this.accounts.byIds(tx, [request.toAccountId]);
    const isOverdue = request.expiresAt !== null && (await this.accounts.isPast(tx, request.expiresAt));
    const plan = planReserve(request, isOverdue, from, to);
    if (plan.kind === 'reserved') {
      const held = await this.holds.insert(tx, request);
      if (held !== null)
        return { kind: 'reserved', holdId: held.id, status: 'HELD', expiresAt: held.expiresAt, isReplay: false };
    }
    const earlier = await this.holds.byReference(tx, request.book, request.reference);
    if (earlier !== null) return replay(request, earlier);
    if (plan.kind === 'reserved') throw new Error('A reference was known to its constraint and cannot be found');
    return plan;
  }

  async post(tx: EntityManager, holdId: string, request: PostHoldRequest): Promise<PostHoldOutcome> {
    const locked = byId(await this.accounts.lockOfHold(tx, holdId));
    const hold = await this.holds.byId(tx, holdId);
    if (hold === null) return { kind: 'holdUnknown', holdId };
    const units = request.units ?? hold.units;
    if (hold.transferId !== null) {
      const earlier = await this.transfers.byId(tx, hold.transferId);
      if (earlier?.units === units) return asPosted(earlier, true);
    }
    const from = locked.get(hold.fromAccountId) ?? null;
    const to = locked.get(hold.toAccountId) ?? null;
    const plan = planHoldPost(hold, units, from, to);
    if (plan.kind !== 'posted') return plan;
    if (from === null || to === null) throw new Error('A transfer was planned without its accounts');
    const { book, kind } = hold;
    const reason = request.reason ?? hold.reason;
    const intent = { book, kind, reason, reference: `hold:${holdId}`, reversesId: null };
    const posted = await this.posting.write(
      tx,
      { ...intent, occurredAt: request.occurredAt ?? null },
      plan,
      withoutHold(from, hold),
      to,
    );
    if (posted === null) throw new Error('A hold that is not posted has a transfer');
    await this.holds.markPosted(tx, holdId, posted.transferId, reason);
    return posted;
  }

  async void(tx: EntityManager, holdId: string, reason: string): Promise<VoidHoldOutcome> {
    const unlocked = await this.holds.byId(tx, holdId);
    if (unlocked === null) return { kind: 'holdUnknown', holdId };
    await this.accounts.lock(tx, [unlocked.fromAccountId]);
    const hold = (await this.holds.byId(tx, holdId)) ?? unlocked;
    if (hold.status === 'VOIDED') return { kind: 'voided', holdId, isReplay: true };
    const plan = planHoldVoid(hold);
    if (plan.kind !== 'voided') return plan;
    await this.holds.release(tx, holdId, reason);
    return { kind: 'voided', holdId, isReplay: false };
  }

  async expire(tx: EntityManager, limit: number): Promise<ExpiredHold[]> {
    const overdue = await this.holds.listOverdue(tx, limit);
    if (overdue.length === 0) return [];
    await this.accounts.lock(tx, [...new Set(overdue.map(({ fromAccountId }) => fromAccountId))]);
    return this.holds.expire(
      tx,
      overdue.map(({ id }) => id),
    );
  }
}

function replay(request: ReserveRequest, earlier: HoldRow): ReserveOutcome {
  const isSame =
    earlier.fromAccountId === request.fromAccountId &&
    earlier.toAccountId === request.toAccountId &&
    earlier.units === request.units &&
    earlier.kind === request.kind;
  if (!isSame) return { kind: 'referenceReused', reference: request.reference };
  const { id: holdId, status, expiresAt } = earlier;
  return { kind: 'reserved', holdId, status, expiresAt, isReplay: true };
}
