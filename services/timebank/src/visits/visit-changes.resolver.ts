import { Args, Context, Mutation, Resolver } from '@nestjs/graphql';
import { Viewer } from '@zhijia/access';
import { DataSource } from 'typeorm';
import { TimeAccountsStore, type TimeAccountRow } from '../accounts/time-accounts.store.js';
import type { PostVisitInput, ReverseVisitInput } from '../graphql.types.js';
import { PostVisit } from './post-visit.js';
import { ReverseVisit } from './reverse-visit.js';
import { refusalOfPosting, refusalOfReversal } from './visit.refusals.js';
import { VisitsStore, type VisitRow } from './visits.store.js';

/** What officers do with visits. Results are read again under the viewer's rights of today. */
@Resolver()
export class VisitChangesResolver {
  constructor(
    private readonly db: DataSource,
    private readonly postVisit: PostVisit,
    private readonly reverseVisit: ReverseVisit,
    private readonly visits: VisitsStore,
    private readonly accounts: TimeAccountsStore,
  ) {}

  @Mutation('postVisit')
  async post(@Args('input') input: PostVisitInput, @Context('viewer') viewer: Viewer): Promise<object> {
    const outcome = await this.postVisit.run(
      {
        depositorMemberId: input.depositorMemberId,
        servedMemberId: input.servedMemberId ?? null,
        kind: input.kind,
        startMinute: minuteOf(input.startedAt),
        endMinute: minuteOf(input.endedAt),
        note: input.note ?? null,
      },
      viewer,
      input.idempotencyKey,
    );
    if (outcome.kind !== 'posted') return refusalOfPosting(outcome);
    const visit = await this.find(outcome.visitId, viewer);
    if (visit === null) return refusalOfPosting({ kind: 'depositorNotFound' });
    const account = await this.accountOf(visit, viewer);
    return { __typename: 'VisitPosted', visit, account, isReplayed: outcome.isReplayed };
  }

  @Mutation('reverseVisit')
  async reverse(@Args('input') input: ReverseVisitInput, @Context('viewer') viewer: Viewer): Promise<object> {
    const outcome = await this.reverseVisit.run(input.visitId, input.reason, viewer, input.idempotencyKey);
    if (outcome.kind !== 'reversed') return refusalOfReversal(outcome);
    const visit = await this.find(outcome.visitId, viewer);
    if (visit === null) return refusalOfReversal({ kind: 'visitNotFound' });
    const account = await this.accountOf(visit, viewer);
    return { __typename: 'VisitReversed', visit, account, isReplayed: outcome.isReplayed };
  }

  private async find(visitId: string, viewer: Viewer): Promise<VisitRow | null> {
    const [visit = null] = await this.visits.visibleByIds(this.db, [visitId], viewer);
    return visit;
  }

  private async accountOf(visit: VisitRow, viewer: Viewer): Promise<TimeAccountRow | null> {
    const [account = null] = await this.accounts.visibleByIds([visit.accountId], viewer);
    return account;
  }
}

/** Whole minutes since 1970; seconds are dropped. */
function minuteOf(instant: string): number {
  return Math.floor(Date.parse(instant) / 60_000);
}
