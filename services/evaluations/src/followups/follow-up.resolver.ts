import { Args, Context, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Viewer } from '@zhijia/access';
import {
  type Connection,
  connectionOf,
  idempotencyKeyReused,
  isUuid,
  type PageArguments,
  pageSize,
  readCursor,
  refusal,
} from '@zhijia/subgraph';
import type { FollowUp } from '../rules/follow-up.js';
import { FollowUpsStore, type RatingComment } from './followups.store.js';
import { RateRectification, type RateRectificationOutcome } from './rate-rectification.js';

interface RateRectificationInput {
  readonly rectificationId: string;
  readonly grade: number;
  readonly comment?: string | null;
  readonly idempotencyKey: string;
}

@Resolver('FollowUp')
export class FollowUpResolver {
  constructor(
    private readonly rateRectification: RateRectification,
    private readonly followUps: FollowUpsStore,
  ) {}

  @Mutation('rateRectification')
  async rate(@Args('input') input: RateRectificationInput, @Context('viewer') viewer: Viewer): Promise<object> {
    const { rectificationId, grade, idempotencyKey } = input;
    const request = { rectificationId, grade, comment: input.comment ?? null };
    return answerOf(await this.rateRectification.run(request, viewer, idempotencyKey), rectificationId);
  }

  @ResolveField('comments')
  async comments(
    @Parent() followUp: FollowUp,
    @Args() args: PageArguments,
    @Context('viewer') viewer: Viewer,
  ): Promise<Connection<RatingComment> | null> {
    const size = pageSize(args, { usual: 20, most: 100 });
    const found = await this.followUps.listComments(followUp.rectificationId, viewer, {
      before: readCursor(args, isKeyset),
      limit: size + 1,
    });
    return found === null ? null : connectionOf(found, size, args, (comment) => [comment.ratedAt, comment.member.id]);
  }
}

function isKeyset(value: unknown): value is readonly [string, string] {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    typeof value[0] === 'string' &&
    !Number.isNaN(Date.parse(value[0])) &&
    typeof value[1] === 'string' &&
    isUuid(value[1])
  );
}

function answerOf(outcome: RateRectificationOutcome, rectificationId: string): object {
  switch (outcome.kind) {
    case 'rated':
      return {
        __typename: 'RectificationRated',
        task: { id: rectificationId },
        rating: outcome.rating,
        isReplayed: outcome.isReplayed,
      };
    case 'notRateable':
      return refusal(
        'RectificationNotRateable',
        '没有这项整改，或其尚未公布、已撤销。',
        'There is no such rectification, or it is not published, or it was withdrawn.',
      );
    case 'notTakenPart':
      return refusal(
        'NotTakenPart',
        '仅参加过该次评议的会员可以评价整改。',
        'Only who took part in the campaign may rate what followed from it.',
      );
    case 'alreadyRated':
      return refusal('AlreadyRated', '您已评价过该项整改。', 'You have rated this rectification.');
    case 'invalid':
      return refusal(
        'RatingInvalid',
        '评价等级无效，或意见超过500字。',
        'The grade is not one of the scale, or the comment is longer than 500 characters.',
      );
    case 'keyReused':
      return idempotencyKeyReused;
  }
}
