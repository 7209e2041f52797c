import type { Queryable } from '@zhijia/database';
import type { EntityManager } from 'typeorm';
import type { AccountKey, AccountStatus, LedgerAccount, OpenAccountRequest } from './account.js';
import { AccountsStore } from './accounts.store.js';
import { DriftsStore, type Drift } from './drifts.store.js';
import { HoldingStore, type PostHoldRequest } from './holding.store.js';
import { HoldsStore, type ExpiredHold, type HoldRow } from './holds.store.js';
import type { PostHoldOutcome, ReserveOutcome, ReversalOutcome, TransferOutcome, VoidHoldOutcome } from './outcome.js';
import { planLimitsChange, planStatusChange, type AccountChangePlan, type Limits } from './plan-account-change.js';
import type { ReserveRequest } from './plan-hold.js';
import type { TransferRequest } from './plan-transfer.js';
import { PostingStore } from './posting.store.js';
import { StatementsStore, type StatementEntry, type StatementPage } from './statements.store.js';
import { TransfersStore, type TransferRow } from './transfers.store.js';

/**
 * The ledger of one service: every move of minutes, points or welfare money goes through here, in the caller's
 * transaction. Run that with `inTransaction`, which begins again after a conflict.
 *
 * Each call locks the accounts it touches in one order for everybody. A transaction that makes several calls takes all
 * its accounts with `lockAccounts` first; then it cannot deadlock with another.
 *
 * Outcomes are values. What is thrown (`RangeError`) is a mistake of the calling code: units that are not a positive
 * whole number, a batch or page beyond its maximum, a reference that belongs to the ledger.
 */
export class LedgerStore {
  private readonly accounts = new AccountsStore();
  private readonly transfers = new TransfersStore();
  private readonly holds = new HoldsStore();
  private readonly statements = new StatementsStore();
  private readonly drifts = new DriftsStore();
  private readonly posting = new PostingStore(this.accounts, this.transfers);
  private readonly holding = new HoldingStore(this.accounts, this.transfers, this.holds, this.posting);

  /**
   * Opens what is not there yet and answers all accounts in the order asked for. Safe to repeat: an account is one for
   * each book, kind and owner; the limits of one that exists stay as they are.
   */
  openAccounts(tx: EntityManager, requests: readonly OpenAccountRequest[]): Promise<LedgerAccount[]> {
    return this.accounts.open(tx, requests);
  }

  /** The accounts of these names, in their order; null where none was opened. */
  findAccounts(db: Queryable, keys: readonly AccountKey[]): Promise<(LedgerAccount | null)[]> {
    return this.accounts.find(db, keys);
  }

  /** The accounts with their balances, in the order of the ids; null where unknown. */
  balance(db: Queryable, accountIds: readonly string[]): Promise<(LedgerAccount | null)[]> {
    return this.accounts.byIds(db, accountIds);
  }

  /** Locks the accounts until the transaction ends and answers them as they stand then, in the order of their ids. */
  lockAccounts(tx: EntityManager, accountIds: readonly string[]): Promise<LedgerAccount[]> {
    return this.accounts.lock(tx, accountIds);
  }

  /** Freezes, opens again, or closes an account that is empty. */
  async changeStatus(tx: EntityManager, accountId: string, status: AccountStatus): Promise<AccountChangePlan> {
    const [account = null] = await this.accounts.lock(tx, [accountId]);
    const plan = planStatusChange(account, status);
    if (plan.kind === 'changed') await this.accounts.setStatus(tx, accountId, status);
    return plan;
  }

  /** Sets floor and cap; refused where the balance lies outside. */
  async changeLimits(tx: EntityManager, accountId: string, limits: Limits): Promise<AccountChangePlan> {
    const [account = null] = await this.accounts.lock(tx, [accountId]);
    const plan = planLimitsChange(account, limits);
    if (plan.kind === 'changed') await this.accounts.setLimits(tx, accountId, limits);
    return plan;
  }

  /** Moves units between two accounts of one book, or says why not. Once for each book and reference. */
  postTransfer(tx: EntityManager, request: TransferRequest): Promise<TransferOutcome> {
    return this.posting.post(tx, request);
  }

  /**
   * Many transfers in three statements, whatever their number (5,000 at most): one outcome a request, in their order.
   * Each is decided from what the ones before it left, so a pool that runs short serves those who come first.
   */
  postMany(tx: EntityManager, requests: readonly TransferRequest[]): Promise<TransferOutcome[]> {
    return this.posting.postMany(tx, requests);
  }

  /** Corrects a whole transfer by a linked one the other way round. Once a transfer; again answers the first. */
  reverse(tx: EntityManager, transferId: string, reason: string): Promise<ReversalOutcome> {
    return this.posting.reverse(tx, transferId, reason);
  }

  /** One transfer with its two entries; null where unknown. */
  findTransfer(db: Queryable, transferId: string): Promise<TransferRow | null> {
    return this.transfers.byId(db, transferId);
  }

  /** Sets units aside: they count against the floor at once and move when the hold is posted. */
  reserve(tx: EntityManager, request: ReserveRequest): Promise<ReserveOutcome> {
    return this.holding.reserve(tx, request);
  }

  /** Posts a hold, whole or in part; the rest is released. Posting it again answers the first transfer. */
  postHold(tx: EntityManager, holdId: string, request: PostHoldRequest = {}): Promise<PostHoldOutcome> {
    return this.holding.post(tx, holdId, request);
  }

  /** Releases a hold. */
  voidHold(tx: EntityManager, holdId: string, reason: string): Promise<VoidHoldOutcome> {
    return this.holding.void(tx, holdId, reason);
  }

  /** Releases holds that ran out by the database's time, the oldest first; a worker calls it until none is left. */
  expireHolds(tx: EntityManager, limit = 500): Promise<ExpiredHold[]> {
    return this.holding.expire(tx, limit);
  }

  /** One hold; null where unknown. */
  findHold(db: Queryable, holdId: string): Promise<HoldRow | null> {
    return this.holds.byId(db, holdId);
  }

  /** The open holds of an account, the oldest first. */
  listHolds(db: Queryable, accountId: string, limit = 100): Promise<HoldRow[]> {
    return this.holds.ofAccount(db, accountId, limit);
  }

  /** The entries of an account, the newest first, with the balance before and after each. */
  async statement(db: Queryable, accountId: string, page: StatementPage): Promise<StatementEntry[]> {
    const [entries = []] = await this.statements.ofAccounts(db, [accountId], page);
    return entries;
  }

  /** The newest entries of many accounts in one query, for a loader: one list an account, in the order of the ids. */
  statementsOf(db: Queryable, accountIds: readonly string[], page: StatementPage): Promise<StatementEntry[][]> {
    return this.statements.ofAccounts(db, accountIds, page);
  }

  /** Recomputes balances from entries, of these accounts or of all, and answers what differs. Never repairs. */
  recomputeBalances(db: Queryable, accountIds?: readonly string[]): Promise<Drift[]> {
    return this.drifts.find(db, accountIds);
  }
}
