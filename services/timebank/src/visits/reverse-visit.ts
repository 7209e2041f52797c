import { Injectable } from '@nestjs/common';
import type { Viewer } from '@zhijia/access';
import { visitReversed } from '@zhijia/contracts';
import { IdempotencyStore, inTransaction } from '@zhijia/database';
import { LedgerStore } from '@zhijia/ledger';
import { Outbox } from '@zhijia/messaging';
import { DataSource, type EntityManager } from 'typeorm';
import { isUuid } from '@zhijia/subgraph';
import { planVisitReversal, type VisitReversalPlan } from '../rules/plan-visit-reversal.js';
import { VisitsStore } from './visits.store.js';

type Reversal =
  | { readonly kind: 'reversed'; readonly visitId: string }
  | { readonly kind: 'visitNotFound' }
  | { readonly kind: 'insufficientMinutes'; readonly shortfallMinutes: number }
  | Exclude<VisitReversalPlan, { kind: 'reverse' }>;

export type ReverseVisitOutcome =
  | { readonly kind: 'reversed'; readonly visitId: string; readonly isReplayed: boolean }
  | Exclude<Reversal, { kind: 'reversed' }>
  | { readonly kind: 'keyReused' };

/** Takes a posted visit back by a linked transfer the other way round; what was posted stays readable. */
@Injectable()
export class ReverseVisit {
  constructor(
    private readonly db: DataSource,
    private readonly visits: VisitsStore,
    private readonly ledger: LedgerStore,
    private readonly idempotency: IdempotencyStore,
    private readonly outbox: Outbox,
  ) {}

  async run(visitId: string, reason: string, viewer: Viewer, key: string): Promise<ReverseVisitOutcome> {
    if (!isUuid(visitId)) return { kind: 'visitNotFound' };
    const once = await inTransaction(this.db, (tx) =>
      this.idempotency.once<Reversal>(
        tx,
        { scope: viewer.scopeOf('reverseVisit'), key, input: { visitId, reason } },
        () => this.reverse(tx, visitId, reason, viewer),
        (reversal) => reversal.kind === 'reversed',
      ),
    );
    if (once.kind === 'keyReused') return once;
    if (once.outcome.kind !== 'reversed') return once.outcome;
    return { ...once.outcome, isReplayed: once.kind === 'replayed' };
  }

  private async reverse(tx: EntityManager, visitId: string, reason: string, viewer: Viewer): Promise<Reversal> {
    const visit = await this.visits.lockForReversal(tx, visitId, viewer);
    if (visit === null) return { kind: 'visitNotFound' };
    const plan = planVisitReversal(reason, {
      isReversed: visit.status === 'REVERSED',
      depositorMemberId: visit.depositorMemberId,
      reversingMemberId: viewer.memberId,
    });
    if (plan.kind !== 'reverse') return plan;
    const outcome = await this.ledger.reverse(tx, visit.transferId, plan.reason);
    if (outcome.kind === 'insufficientBalance') {
      return { kind: 'insufficientMinutes', shortfallMinutes: outcome.shortfallUnits };
    }
    if (outcome.kind !== 'posted') throw new Error(`A posted visit cannot be reversed: ${outcome.kind}`);
    const reversedAt = await this.visits.markReversed(tx, visitId, {
      transferId: outcome.transferId,
      reason: plan.reason,
      reversedBy: `${viewer.issuer} ${viewer.subject}`,
    });
    // Keyed by the transfer that is taken back: posting and reversal of a visit stay in order.
    await this.outbox.add(tx, visitReversed, visit.transferId, {
      transferId: outcome.transferId,
      reversesTransferId: visit.transferId,
      visitId,
      accountId: visit.accountId,
      memberId: visit.depositorMemberId,
      minutes: visit.minutes,
      reversedAt,
    });
    return { kind: 'reversed', visitId };
  }
}
