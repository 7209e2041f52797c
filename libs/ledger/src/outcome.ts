import type { HoldRefusal, HoldStatus } from './plan-hold.js';
import type { Entry, TransferRefusal } from './plan-transfer.js';

/** A transfer that stands in the book. */
export interface PostedTransfer {
  readonly kind: 'posted';
  readonly transferId: string;
  /** ISO 8601, UTC. */
  readonly occurredAt: string;
  readonly debit: Entry;
  readonly credit: Entry;
  /** True when the reference was posted earlier and nothing moved now. */
  readonly isReplay: boolean;
}

/** The reference names another transfer (or hold) already: other accounts, other units or another kind. */
export interface ReferenceReused {
  readonly kind: 'referenceReused';
  readonly reference: string;
}

/** Refusals bind nothing: the same reference may be asked for again when the cause is mended. */
export type TransferOutcome = PostedTransfer | TransferRefusal | ReferenceReused;

export type ReversalOutcome =
  | PostedTransfer
  | TransferRefusal
  | { readonly kind: 'transferUnknown'; readonly transferId: string }
  | { readonly kind: 'isReversal'; readonly transferId: string };

export type ReserveOutcome =
  | {
      readonly kind: 'reserved';
      readonly holdId: string;
      /** HELD when new; what became of it since when `isReplay`. */
      readonly status: HoldStatus;
      readonly expiresAt: string | null;
      readonly isReplay: boolean;
    }
  | { readonly kind: 'expiresInThePast' }
  | TransferRefusal
  | ReferenceReused;

export interface HoldUnknown {
  readonly kind: 'holdUnknown';
  readonly holdId: string;
}

export type PostHoldOutcome = PostedTransfer | TransferRefusal | HoldRefusal | HoldUnknown;

export type VoidHoldOutcome =
  | { readonly kind: 'voided'; readonly holdId: string; readonly isReplay: boolean }
  | { readonly kind: 'holdSettled'; readonly holdId: string; readonly status: HoldStatus }
  | HoldUnknown;
