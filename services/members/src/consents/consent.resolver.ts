import { Args, Context, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Viewer } from '@zhijia/access';
import {
  connectionOf,
  isUuid,
  pageSize,
  readCursor,
  refusal,
  RequestLoaders,
  type Connection,
  type RefusalOf,
} from '@zhijia/subgraph';
import type * as Graph from '../graphql.types.js';
import { ConsentUsesLoader } from './consent.loaders.js';
import { ConsentsStore, type ConsentKeyset, type ConsentRow, type ConsentUseRow } from './consents.store.js';
import { WithdrawConsent } from './withdraw-consent.js';

const page = { usual: 20, most: 100 };

@Resolver('Consent')
export class ConsentResolver {
  constructor(
    private readonly uses: ConsentUsesLoader,
    private readonly withdrawal: WithdrawConsent,
  ) {}

  @ResolveField('uses')
  async usesOf(
    @Parent() consent: ConsentRow,
    @Args() args: Graph.ConsentUsesArgs,
    @Context('loaders') loaders: RequestLoaders,
  ): Promise<Connection<ConsentUseRow>> {
    const size = pageSize(args, page);
    const beforeId = readCursor(args, isId);
    const found = await loaders.load(this.uses, { consentId: consent.id, size, beforeId });
    return connectionOf(found ?? [], size, args, ({ id }) => id);
  }

  @Mutation('withdrawConsent')
  async withdraw(
    @Args('input') input: Graph.WithdrawConsentInput,
    @Context('viewer') viewer: Viewer,
  ): Promise<{ __typename: 'ConsentWithdrawn'; consent: ConsentRow } | RefusalOf<'ConsentNotFound'>> {
    const outcome = await this.withdrawal.run(viewer, input.consentId);
    switch (outcome.kind) {
      case 'withdrawn':
        return { __typename: 'ConsentWithdrawn', consent: outcome.consent };
      case 'notFound':
        return refusal('ConsentNotFound', '您没有作出过这项同意。', 'You gave no such consent.');
    }
  }
}

@Resolver('Member')
export class MemberConsentsResolver {
  constructor(private readonly consents: ConsentsStore) {}

  @ResolveField('consents')
  async consentsOf(
    @Parent() member: { id: string },
    @Args() args: Graph.MemberConsentsArgs,
  ): Promise<Connection<ConsentRow>> {
    const size = pageSize(args, page);
    const found = await this.consents.ofMember(member.id, readCursor(args, isKeyset), size);
    return connectionOf(found, size, args, ({ givenAt, id }): ConsentKeyset => ({ givenAt, id }));
  }
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && isUuid(value);
}

function isKeyset(value: unknown): value is ConsentKeyset {
  if (typeof value !== 'object' || value === null) return false;
  const { givenAt, id } = value as Record<string, unknown>;
  return isId(id) && typeof givenAt === 'string' && !Number.isNaN(Date.parse(givenAt));
}
