import { Args, Context, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Viewer } from '@zhijia/access';
import {
  type Connection,
  connectionOf,
  isUuid,
  pageSize,
  readCursor,
  RequestLoaders,
  ResolveReferences,
} from '@zhijia/subgraph';
import type { TimeAccountPassbookArgs } from '../graphql.types.js';
import { passbookEntryOf, type PassbookEntryRow } from './passbook-entry.js';
import { PassbookLoader } from './passbook.loader.js';
import { TimeAccountsStore, type TimeAccountRow } from './time-accounts.store.js';

@Resolver('TimeAccount')
export class TimeAccountResolver {
  constructor(
    private readonly accounts: TimeAccountsStore,
    private readonly passbooks: PassbookLoader,
  ) {}

  @Query('timeAccount')
  async timeAccount(@Args('id') id: string, @Context('viewer') viewer: Viewer): Promise<TimeAccountRow | null> {
    if (!isUuid(id)) return null;
    const [account = null] = await this.accounts.visibleByIds([id], viewer);
    return account;
  }

  @ResolveReferences('TimeAccount')
  references(references: readonly { id: string }[], viewer: Viewer): Promise<(TimeAccountRow | null)[]> {
    return this.accounts.visibleByIds(
      references.map((reference) => reference.id),
      viewer,
    );
  }

  @ResolveField('passbook')
  async passbook(
    @Parent() account: TimeAccountRow,
    @Args() page: TimeAccountPassbookArgs,
    @Context('loaders') loaders: RequestLoaders,
  ): Promise<Connection<PassbookEntryRow>> {
    const size = pageSize(page, { usual: 20, most: 100 });
    const beforeVersion = readCursor(page, isVersion);
    const entries = await loaders.load(this.passbooks, { accountId: account.id, first: size + 1, beforeVersion });
    return connectionOf((entries ?? []).map(passbookEntryOf), size, page, (entry) => entry.accountVersion);
  }
}

function isVersion(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
