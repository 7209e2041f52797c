export { books, type Book } from './book.js';
export {
  availableUnitsOf,
  type AccountKey,
  type AccountState,
  type AccountStatus,
  type LedgerAccount,
  type OpenAccountRequest,
} from './account.js';
export { LedgerStore } from './ledger.store.js';
export { ledgerMigrations } from './migrations/index.js';
export { planBatch, type BatchPlan, type BatchStep } from './plan-batch.js';
export { planLimitsChange, planStatusChange, type AccountChangePlan, type Limits } from './plan-account-change.js';
export {
  planHoldPost,
  planHoldVoid,
  planReserve,
  type HoldPostPlan,
  type HoldRefusal,
  type HoldState,
  type HoldStatus,
  type HoldVoidPlan,
  type ReservePlan,
  type ReserveRequest,
} from './plan-hold.js';
export { planReversal, type ReversalPlan } from './plan-reversal.js';
export {
  planTransfer,
  type Entry,
  type TransferPlan,
  type TransferRefusal,
  type TransferRequest,
} from './plan-transfer.js';
export type {
  HoldUnknown,
  PostedTransfer,
  PostHoldOutcome,
  ReferenceReused,
  ReserveOutcome,
  ReversalOutcome,
  TransferOutcome,
  VoidHoldOutcome,
} from './outcome.js';
export { maxBatchTransfers } from './posting.store.js';
export type { PostHoldRequest } from './holding.store.js';
export type { ExpiredHold, HoldRow } from './holds.store.js';
export { maxStatementEntries, type StatementEntry, type StatementPage } from './statements.store.js';
export type { TransferRow } from './transfers.store.js';
export type { Drift } from './drifts.store.js';
export { CheckBalancesNightly } from './check-balances-nightly.js';
export { ExpireOverdueHolds } from './expire-overdue-holds.js';
export { ledgerFigures } from './ledger-figures.js';
