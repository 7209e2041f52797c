import type { StatementEntry } from '@zhijia/ledger';

export type PointsEntryKind = 'REWARD' | 'REDEMPTION' | 'CORRECTION';

/** One line of a statement, as the graph shows it. */
export interface PointsEntryRow {
  readonly id: string;
  readonly accountVersion: number;
  readonly kind: PointsEntryKind;
  readonly points: number;
  readonly balanceBeforePoints: number;
  readonly balanceAfterPoints: number;
  readonly reasonZh: string;
  readonly reasonEn: string;
  readonly postedAt: string;
  readonly campaign: { readonly __typename: 'Campaign'; readonly id: string } | null;
}

const reasons: Readonly<Record<PointsEntryKind, { readonly reasonZh: string; readonly reasonEn: string }>> = {
  REWARD: { reasonZh: '参加评议奖励', reasonEn: 'For taking part in an evaluation' },
  REDEMPTION: { reasonZh: '兑换优惠', reasonEn: 'Spent on an offer' },
  CORRECTION: { reasonZh: '更正', reasonEn: 'Correction' },
};

/** Says an entry of the ledger in the words of points. */
export function pointsEntryOf(entry: StatementEntry): PointsEntryRow {
  const kind = entry.kind === 'REWARD' || entry.kind === 'REDEMPTION' ? entry.kind : 'CORRECTION';
  const campaignId = /^reward:([^:]+):/.exec(entry.reference)?.[1];
  return {
    id: entry.transferId,
    accountVersion: entry.accountVersion,
    kind,
    points: entry.units,
    balanceBeforePoints: entry.balanceBeforeUnits,
    balanceAfterPoints: entry.balanceAfterUnits,
    ...reasons[kind],
    postedAt: entry.postedAt,
    campaign: campaignId === undefined ? null : { __typename: 'Campaign', id: campaignId },
  };
}
