import { Args, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { Viewer } from '@zhijia/access';
import { type Connection, connectionOf, isUuid, pageSize, readCursor, ResolveReferences } from '@zhijia/subgraph';
import { DataSource } from 'typeorm';
import type { PointsAccountRedemptionsArgs, PointsAccountStatementArgs } from '../graphql.types.js';
import { RedemptionsStore, type RedemptionRow } from '../offers/redemptions.store.js';
import { PointsAccountsStore, type PointsAccountRow } from './points-accounts.store.js';
import { pointsEntryOf, type PointsEntryRow } from './points-entry.js';

@Resolver('PointsAccount')
export class PointsAccountResolver {
  constructor(
    private readonly db: DataSource,
    private readonly accounts: PointsAccountsStore,
    private readonly redeemed: RedemptionsStore,
  ) {}

  @ResolveReferences('PointsAccount')
  references(references: readonly { id: string }[], viewer: Viewer): Promise<(PointsAccountRow | null)[]> {
    return this.accounts.ownByIds(
      references.map((reference) => reference.id),
      viewer,
    );
  }

  @ResolveField('statement')
  async statement(
    @Parent() account: PointsAccountRow,
    @Args() page: PointsAccountStatementArgs,
  ): Promise<Connection<PointsEntryRow>> {
    const size = pageSize(page, { usual: 20, most: 100 });
    const entries = await this.accounts.statement(account.id, size + 1, readCursor(page, isVersion));
    return connectionOf(entries.map(pointsEntryOf), size, page, (entry) => entry.accountVersion);
  }

  @ResolveField('redemptions')
  async redemptions(
    @Parent() account: PointsAccountRow,
    @Args() page: PointsAccountRedemptionsArgs,
  ): Promise<Connection<RedemptionRow>> {
    const size = pageSize(page, { usual: 20, most: 100 });
    const beforeId = readCursor(page, isRedemptionId);
    const found = await this.redeemed.listOf(this.db, account.memberId, { first: size + 1, beforeId });
    return connectionOf(found, size, page, (redemption) => redemption.id);
  }
}

function isVersion(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function isRedemptionId(value: unknown): value is string {
  return typeof value === 'string' && isUuid(value);
}
