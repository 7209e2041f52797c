import { Args, Context, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Viewer } from '@zhijia/access';
import { maskIdNumber, maskName, maskPhone } from '@zhijia/pii';
import {
  connectionOf,
  pageSize,
  readCursor,
  ResolveReferences,
  type Connection,
  type GraphContext,
} from '@zhijia/subgraph';
import type * as Graph from '../graphql.types.js';
import { OrganisationLoader } from '../organisations/organisation.loader.js';
import { isUuid, type OrganisationRow } from '../organisations/organisations.store.js';
import { MembersStore, type MemberRow } from './members.store.js';
import { PersonalFields } from './personal-fields.js';

@Resolver('Member')
export class MemberResolver {
  constructor(
    private readonly members: MembersStore,
    private readonly personal: PersonalFields,
    private readonly organisationLoader: OrganisationLoader,
  ) {}

  /** Whoever holds a reference may follow it to what other services say; of the person here only who is in reach. */
  @ResolveReferences('Member')
  references(references: readonly { id: string }[], viewer: Viewer): Promise<(MemberRow | null)[]> {
    return this.members.byIds(
      references.map((reference) => reference.id),
      viewer,
    );
  }

  @Query('me')
  me(@Context('viewer') viewer: Viewer): Promise<MemberRow | null> {
    return this.members.findSelf(viewer);
  }

  @Query('member')
  async one(@Args('id') id: string, @Context('viewer') viewer: Viewer): Promise<MemberRow | null> {
    const [member] = await this.members.byIds([id], viewer);
    return member ?? null;
  }

  @Query('members')
  async ofOrganisation(
    @Args() args: Graph.QueryMembersArgs,
    @Context('viewer') viewer: Viewer,
  ): Promise<Connection<MemberRow>> {
    const size = pageSize(args, { usual: 50, most: 200 });
    const after = readCursor(args, isId);
    const found = await this.members.listOfOrganisation(args.organisationId, after, size, viewer);
    return connectionOf(found, size, args, (member) => member.id);
  }

  @ResolveField('fullName')
  fullName(member: MemberRow): string {
    return this.personal.openFullName(member.id, member.fullNameSealed);
  }

  @ResolveField('maskedName')
  maskedName(member: MemberRow): string {
    return maskName(this.personal.openFullName(member.id, member.fullNameSealed));
  }

  @ResolveField('maskedPhone')
  maskedPhone(member: MemberRow): string {
    return maskPhone(this.personal.openPhone(member.id, member.phoneSealed));
  }

  @ResolveField('maskedIdNumber')
  maskedIdNumber(member: MemberRow): string {
    return maskIdNumber(this.personal.openIdNumber(member.id, member.idNumberSealed));
  }

  @ResolveField('organisation')
  organisation(
    member: MemberRow,
    _args: unknown,
    { loaders }: GraphContext,
  ): OrganisationRow | Promise<OrganisationRow | null> {
    return member.organisation ?? loaders.load(this.organisationLoader, member.organisationId);
  }
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && isUuid(value);
}
