import type { EntityManager } from 'typeorm';
import type { AccountState, LedgerAccount } from './account.js';
import type { AccountsStore } from './accounts.store.js';
import type { PostedTransfer, ReferenceReused, ReversalOutcome, TransferOutcome } from './outcome.js';
import { planBatch, transferNameOf } from './plan-batch.js';
import { planReversal } from './plan-reversal.js';
import { assertUnits, planTransfer, withEntry, type TransferPlan, type TransferRequest } from './plan-transfer.js';
import type { PlannedTransfer, TransferRow, TransfersStore } from './transfers.store.js';

/** More in one batch would hold its locks for too long. */
export const maxBatchTransfers = 5_000;

type Posted = Extract<TransferPlan, { kind: 'posted' }>;
type Intent = Omit<PlannedTransfer, 'debit' | 'credit'>;

/** Locks, asks the plan, writes what it says. */
export class PostingStore {
  constructor(
    private readonly accounts: AccountsStore,
    private readonly transfers: TransfersStore,
  ) {}

  async post(tx: EntityManager, request: TransferRequest): Promise<TransferOutcome> {
    assertTransferRequest(request);
    const atOnce = await this.transfers.postAtOnce(tx, request);
    if (atOnce !== null) return asPosted(atOnce, false);
    const locked = byId(await this.accounts.lock(tx, [request.fromAccountId, request.toAccountId]));
    const from = locked.get(request.fromAccountId) ?? null;
    const to = locked.get(request.toAccountId) ?? null;
    const plan = planTransfer(request, from, to);
    if (plan.kind === 'posted' && from !== null && to !== null) {
      const posted = await this.write(tx, intentOf(request), plan, from, to);
      if (posted !== null) return posted;
    }
    // The reference is looked up last: most are new, and a repeated transfer may find the account it has emptied.
    const [earlier] = await this.transfers.byReferences(tx, [request]);
    if (earlier !== undefined) return replay(request, earlier);
    if (plan.kind === 'posted') throw new Error('A reference was known to its constraint and cannot be found');
    return plan;
  }

  async postMany(tx: EntityManager, requests: readonly TransferRequest[]): Promise<TransferOutcome[]> {
    if (requests.length > maxBatchTransfers) throw new RangeError(`A batch has ${maxBatchTransfers} transfers at most`);
    requests.forEach(assertTransferRequest);
    if (requests.length === 0) return [];
    const accountIds = new Set(requests.flatMap(({ fromAccountId, toAccountId }) => [fromAccountId, toAccountId]));
    const locked = byId(await this.accounts.lock(tx, [...accountIds]));
    const earlier = await this.transfers.byReferences(tx, requests);
    const known = new Map(earlier.map((transfer) => [transferNameOf(transfer), transfer]));
    const { plans, moved } = planBatch(requests, [...locked.values()], new Set(known.keys()));
    const planned = requests.flatMap((request, index) => {
      const plan = plans[index];
      return plan?.kind === 'posted' ? [{ ...intentOf(request), debit: plan.debit, credit: plan.credit }] : [];
    });
    const written = await this.transfers.insert(tx, planned, moved, locked);
    // A batch with one new transfer, posted by another transaction meanwhile: now it is known.
    if (written.length < planned.length) return this.postMany(tx, requests);
    for (const transfer of written) known.set(transferNameOf(transfer), transfer);
    return requests.map((request, index) => {
      const plan = plans[index];
      if (plan !== undefined && plan.kind !== 'posted' && plan.kind !== 'repeats') return plan;
      const transfer = known.get(transferNameOf(request));
      if (transfer === undefined) throw new Error('A planned transfer was neither written nor known');
      return plan?.kind === 'posted' ? asPosted(transfer, false) : replay(request, transfer);
    });
  }

  async reverse(tx: EntityManager, transferId: string, reason: string): Promise<ReversalOutcome> {
    const original = await this.transfers.byId(tx, transferId);
    if (original === null) return { kind: 'transferUnknown', transferId };
    const locked = byId(await this.accounts.lock(tx, [original.fromAccountId, original.toAccountId]));
    const from = locked.get(original.fromAccountId) ?? null;
    const to = locked.get(original.toAccountId) ?? null;
    const plan = planReversal(original, from, to);
    const intent = {
      book: original.book,
      kind: 'REVERSAL',
      reason,
      reference: `reversal:${transferId}`,
      occurredAt: null,
      reversesId: transferId,
    };
    if (plan.kind === 'posted' && from !== null && to !== null) {
      const posted = await this.write(tx, intent, plan, to, from);
      if (posted !== null) return posted;
    }
    const [earlier] = await this.transfers.byReferences(tx, [intent]);
    if (earlier !== undefined) return asPosted(earlier, true);
    if (plan.kind === 'posted') throw new Error('A reference was known to its constraint and cannot be found');
    return plan;
  }

  /** Writes one decided transfer; null when its reference is known, and then nothing was written. */
  async write(
    tx: EntityManager,
    intent: Intent,
    plan: Posted,
    from: AccountState,
    to: AccountState,
  ): Promise<PostedTransfer | null> {
    const transfer = { ...intent, debit: plan.debit, credit: plan.credit };
    const [written] = await this.transfers.insert(
      tx,
      [transfer],
      [withEntry(from, plan.debit), withEntry(to, plan.credit)],
      new Map([from, to].map((account) => [account.id, account])),
    );
    return written === undefined ? null : asPosted(written, false);
  }
}

/** A malformed request is a mistake of the caller's code, not an outcome. */
export function assertTransferRequest(request: Omit<TransferRequest, 'occurredAt'>): void {
  assertUnits(request.units);
  if (/^(hold|reversal):/.test(request.reference)) throw new RangeError('This reference belongs to the ledger');
}

export function byId(accounts: readonly LedgerAccount[]): Map<string, LedgerAccount> {
  return new Map(accounts.map((account) => [account.id, account]));
}

export function asPosted(transfer: TransferRow, isReplay: boolean): PostedTransfer {
  const { id: transferId, occurredAt, debit, credit } = transfer;
  return { kind: 'posted', transferId, occurredAt, debit, credit, isReplay };
}

function intentOf(request: TransferRequest): Intent {
  const { book, kind, reason, reference } = request;
  return { book, kind, reason, reference, occurredAt: request.occurredAt ?? null, reversesId: null };
}

function replay(request: TransferRequest, earlier: TransferRow): PostedTransfer | ReferenceReused {
  const isSame =
    earlier.fromAccountId === request.fromAccountId &&
    earlier.toAccountId === request.toAccountId &&
    earlier.units === request.units &&
    earlier.kind === request.kind;
  return isSame ? asPosted(earlier, true) : { kind: 'referenceReused', reference: request.reference };
}
