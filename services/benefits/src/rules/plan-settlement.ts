import type { TransferOutcome, TransferRequest } from '@zhijia/ledger';
import { memberAccountOf } from './points-accounts.js';

/** A member took part: what the event says. Nothing here knows a grade. */
export interface Participation {
  readonly participationId: string;
  readonly campaignId: string;
  readonly memberId: string;
  /** What was promised when the member took part; 0: nothing. */
  readonly rewardPoints: number;
}

export type RewardStatus = 'GRANTED' | 'POOL_EMPTY' | 'NOT_PROMISED';

export interface SettledReward {
  readonly participationId: string;
  readonly campaignId: string;
  readonly memberId: string;
  readonly status: RewardStatus;
  /** 0 unless granted. */
  readonly points: number;
  readonly transferId: string | null;
}

/** The pool of a campaign as it stands under lock. */
export interface PoolState {
  readonly campaignId: string;
  readonly accountId: string;
  readonly pointsPerMember: number;
  readonly isEmptied: boolean;
  readonly isClosed: boolean;
  /** What went back when the pool closed and may be drawn again for those who took part before. */
  readonly returnedPoints: number;
}

/** The transfer that pays for taking part. Its reference makes it one for each member and campaign. */
export function rewardTransfer(
  { campaignId, memberId, rewardPoints }: Participation,
  poolAccountId: string,
  memberAccountId: string,
): TransferRequest {
  return {
    book: memberAccountOf(memberId).book,
    fromAccountId: poolAccountId,
    toAccountId: memberAccountId,
    units: rewardPoints,
    kind: 'REWARD',
    reason: '参加评议奖励',
    reference: `reward:${campaignId}:${memberId}`,
  };
}

/**
 * What the ledger's answer means for the member.
 *
 * @throws Error for an answer no retry will mend (a closed account): the event becomes a dead letter
 */
export function planReward(participation: Participation, outcome: TransferOutcome | null): SettledReward {
  const { participationId, campaignId, memberId } = participation;
  const settled = { participationId, campaignId, memberId };
  if (outcome === null) return { ...settled, status: 'NOT_PROMISED', points: 0, transferId: null };
  switch (outcome.kind) {
    case 'posted':
      return { ...settled, status: 'GRANTED', points: outcome.credit.units, transferId: outcome.transferId };
    case 'insufficientBalance':
      return { ...settled, status: 'POOL_EMPTY', points: 0, transferId: null };
    case 'accountNotOpen':
    case 'accountUnknown':
    case 'bookMismatch':
    case 'capExceeded':
    case 'referenceReused':
    case 'sameAccount':
      throw new Error(`A reward cannot be posted: ${outcome.kind}`);
  }
}

/** Whether these outcomes emptied the pool: it refused somebody, or cannot pay the next member. */
export function emptiesPool(pool: PoolState, outcomes: readonly TransferOutcome[]): boolean {
  if (pool.isEmptied) return false;
  return outcomes.some((outcome) =>
    outcome.kind === 'posted'
      ? !outcome.isReplay && outcome.debit.balanceAfterUnits + pool.returnedPoints < pool.pointsPerMember
      : outcome.kind === 'insufficientBalance',
  );
}

/** How much a closed pool takes back to pay members who took part before it closed. */
export function planDrawBack(pool: PoolState, promisedPoints: number): number {
  return Math.min(pool.returnedPoints, promisedPoints);
}
