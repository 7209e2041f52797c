import { Inject } from '@nestjs/common';
import { Args, Context, Query, Resolver } from '@nestjs/graphql';
import { Viewer } from '@zhijia/access';
import { PolicyStore, privacyMinCell } from '@zhijia/policy';
import {
  connectionOf,
  pageSize,
  readCursor,
  SUBGRAPH_CONFIG,
  type Connection,
  type SubgraphConfig,
} from '@zhijia/subgraph';
import { DataSource } from 'typeorm';
import { consentAuditors } from '../access/members.permissions.js';
import type * as Graph from '../graphql.types.js';
import { ConsentFiguresStore, type ConsentFiguresKeyset, type ConsentFiguresRow } from './consent-figures.store.js';

@Resolver()
export class ConsentFiguresResolver {
  constructor(
    private readonly db: DataSource,
    private readonly figures: ConsentFiguresStore,
    private readonly policies: PolicyStore,
    @Inject(SUBGRAPH_CONFIG) private readonly config: SubgraphConfig,
  ) {}

  @Query('consentFigures')
  async ofMonth(
    @Args() args: Graph.QueryConsentFiguresArgs,
    @Context('viewer') viewer: Viewer,
  ): Promise<Connection<ConsentFiguresRow>> {
    const size = pageSize(args, { usual: 20, most: 100 });
    const { value } = await this.policies.inForce(this.db, this.config.policyRegion, privacyMinCell);
    const month = {
      month: args.month,
      organisationIds: viewer.organisationsOf(...consentAuditors),
      smallestCell: value.countedBallots,
    };
    const found = await this.figures.ofMonth(month, readCursor(args, isKeyset), size);
    return connectionOf(found, size, args, ({ clientId, purpose, issuer }): ConsentFiguresKeyset => ({
      clientId,
      purpose,
      issuer,
    }));
  }
}

function isKeyset(value: unknown): value is ConsentFiguresKeyset {
  if (typeof value !== 'object' || value === null) return false;
  const { clientId, purpose, issuer } = value as Record<string, unknown>;
  return [clientId, purpose, issuer].every((part) => typeof part === 'string');
}
