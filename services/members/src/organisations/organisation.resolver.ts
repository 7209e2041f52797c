import { Args, Context, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { checkUnifiedCode } from '@zhijia/pii';
import {
  connectionOf,
  pageSize,
  readCursor,
  RequestLoaders,
  ResolveReferences,
  type Connection,
} from '@zhijia/subgraph';
import type * as Graph from '../graphql.types.js';
import { OrganisationLoader } from './organisation.loader.js';
import { OrganisationsStore, type OrganisationRow, type RegisterEntryRow } from './organisations.store.js';

@Resolver('Organisation')
export class OrganisationResolver {
  constructor(
    private readonly organisations: OrganisationsStore,
    private readonly loader: OrganisationLoader,
  ) {}

  @ResolveReferences('Organisation')
  references(references: readonly { id: string }[]): Promise<(OrganisationRow | null)[]> {
    return this.organisations.byIds(references.map((reference) => reference.id));
  }

  @Query('organisation')
  one(@Args('id') id: string, @Context('loaders') loaders: RequestLoaders): Promise<OrganisationRow | null> {
    return loaders.load(this.loader, id);
  }

  @Query('organisations')
  async children(@Args() args: Graph.QueryOrganisationsArgs): Promise<Connection<OrganisationRow>> {
    const size = pageSize(args, { usual: 50, most: 200 });
    const found = await this.organisations.listChildren(args.parentId ?? null, readCursor(args, isNode), size);
    return connectionOf(found, size, args, (organisation) => organisation.node);
  }

  @Query('registerEntry')
  async registerEntry(@Args('unifiedCode') unifiedCode: string): Promise<RegisterEntryRow | null> {
    const check = checkUnifiedCode(unifiedCode);
    return check.ok ? this.organisations.findRegisterEntry(check.unifiedCode) : null;
  }

  @ResolveField('parent')
  parent(
    @Parent() organisation: OrganisationRow,
    @Context('loaders') loaders: RequestLoaders,
  ): Promise<OrganisationRow | null> | null {
    return organisation.parentId === null ? null : loaders.load(this.loader, organisation.parentId);
  }
}

function isNode(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
