import { Args, Context, Mutation, Query, Resolver } from '@nestjs/graphql';
import { Viewer } from '@zhijia/access';
import { isUuid, refusal, type RefusalOf } from '@zhijia/subgraph';
import { SessionsStore, type SessionRow } from './sessions.store.js';

@Resolver('Session')
export class SessionResolver {
  constructor(private readonly sessions: SessionsStore) {}

  @Query('mySessions')
  async mine(@Context('viewer') viewer: Viewer): Promise<SessionRow[]> {
    return this.sessions.listOfMember(memberOf(viewer));
  }

  @Mutation('endSession')
  async end(
    @Args('input') { sessionId }: { sessionId: string },
    @Context('viewer') viewer: Viewer,
  ): Promise<{ __typename: 'SessionEnded'; sessionId: string } | RefusalOf<'SessionNotFound'>> {
    const isEnded = await this.sessions.end(memberOf(viewer), sessionId);
    if (isEnded) return { __typename: 'SessionEnded', sessionId };
    return refusal('SessionNotFound', '没有这个登录会话。', 'There is no such session of yours.');
  }

  @Mutation('endAllSessions')
  async endAll(@Context('viewer') viewer: Viewer): Promise<{ __typename: 'AllSessionsEnded'; count: number }> {
    return { __typename: 'AllSessionsEnded', count: await this.sessions.endAll({ memberId: memberOf(viewer) }) };
  }
}

/** `inPerson` lets members in alone, and nobody who acts for them. */
function memberOf({ memberId }: Viewer): string {
  if (memberId === null || !isUuid(memberId)) throw new Error('A viewer who is no member came past the rule');
  return memberId;
}
