import { Injectable } from '@nestjs/common';
import type { Viewer } from '@zhijia/access';
import { rectificationRated } from '@zhijia/contracts';
import { IdempotencyStore, inTransaction } from '@zhijia/database';
import { Outbox } from '@zhijia/messaging';
import { DataSource, type EntityManager } from 'typeorm';
import { isUuid } from '@zhijia/subgraph';
import { planRating, type RatingPlan } from '../rules/plan-rating.js';
import { FollowUpsStore, type RectificationRating } from './followups.store.js';

export interface RatingRequest {
  readonly rectificationId: string;
  readonly grade: number;
  readonly comment: string | null;
}

export type RateRectificationOutcome =
  | { readonly kind: 'rated'; readonly rating: RectificationRating; readonly isReplayed: boolean }
  | Exclude<RatingPlan, { kind: 'rate' }>
  | { readonly kind: 'keyReused' };

type Rated = { readonly kind: 'rated' } | Exclude<RatingPlan, { kind: 'rate' }>;

/** Takes one named rating of a published rectification. An agent may give it for a member, and is recorded. */
@Injectable()
export class RateRectification {
  constructor(
    private readonly db: DataSource,
    private readonly followUps: FollowUpsStore,
    private readonly idempotency: IdempotencyStore,
    private readonly outbox: Outbox,
  ) {}

  async run(request: RatingRequest, viewer: Viewer, key: string): Promise<RateRectificationOutcome> {
    const { memberId, actedBy } = viewer;
    if (memberId === null || !isUuid(memberId) || !isUuid(request.rectificationId)) return { kind: 'notRateable' };
    const once = await inTransaction(this.db, (tx) =>
      this.idempotency.once<Rated>(
        tx,
        { scope: viewer.scopeOf('rateRectification'), key, input: request },
        () => this.rate(tx, request, memberId, actedBy),
        (rated) => rated.kind === 'rated',
      ),
    );
    if (once.kind === 'keyReused') return once;
    if (once.outcome.kind !== 'rated') return once.outcome;
    const rating = await this.followUps.findRating(request.rectificationId, memberId);
    if (rating === null) return { kind: 'notRateable' };
    return { kind: 'rated', rating, isReplayed: once.kind === 'replayed' };
  }

  private async rate(
    tx: EntityManager,
    request: RatingRequest,
    memberId: string,
    actedBy: string | null,
  ): Promise<Rated> {
    const { rectificationId } = request;
    const facts = await this.followUps.lockForRating(tx, rectificationId, memberId);
    if (facts === null) return { kind: 'notRateable' };
    const plan = planRating(request, facts);
    if (plan.kind !== 'rate') return plan;
    const { grade, comment } = plan;
    const inserted = await this.followUps.insertRating(tx, { rectificationId, memberId, grade, comment, actedBy });
    // Two at once: the second waited for the lock with facts from before it.
    if (inserted === null) return { kind: 'alreadyRated' };
    await this.outbox.add(tx, rectificationRated, rectificationId, {
      rectificationId,
      campaignId: facts.campaignId,
      answers: inserted.answers,
    });
    return { kind: 'rated' };
  }
}
