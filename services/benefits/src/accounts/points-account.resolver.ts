import { Args, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { Viewer } from '@zhijia/access';
import { connectionOf, pageSize, readCursor, ResolveReferences, type Connection } from '@zhijia/subgraph';
import type { PointsAccountStatementArgs } from '../graphql.types.js';
import { PointsAccountsStore, type PointsAccountRow } from './points-accounts.store.js';
import { pointsEntryOf, type PointsEntryRow } from './points-entry.js';

@Resolver('PointsAccount')
export class PointsAccountResolver {
  constructor(private readonly accounts: PointsAccountsStore) {}

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
}

function isVersion(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
