import { Args, Context, Mutation, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Viewer } from '@zhijia/access';
import type { GraphContext } from '@zhijia/subgraph';
import type * as Graph from '../graphql.types.js';
import type { MemberRow } from '../members/members.store.js';
import { OrganisationLoader } from '../organisations/organisation.loader.js';
import type { OrganisationRow } from '../organisations/organisations.store.js';
import { officeRoles, type OfficeRole } from '../rules/plan-appointment.js';
import { AppointMember } from './appoint-member.js';
import { DismissOfficer } from './dismiss-officer.js';
import { HolderLoader } from './holder.loader.js';
import {
  appointedThemselves,
  appointeeNotFound,
  officeNotFound,
  officeNotYoursToGive,
  type OfficeRefusal,
} from './office.refusals.js';
import { OfficesStore, type OfficeRow } from './offices.store.js';

@Resolver('Office')
export class OfficeResolver {
  constructor(
    private readonly offices: OfficesStore,
    private readonly appointMember: AppointMember,
    private readonly dismissOfficer: DismissOfficer,
    private readonly holders: HolderLoader,
    private readonly organisations: OrganisationLoader,
  ) {}

  @Query('offices')
  list(@Args('organisationId') organisationId: string, @Context('viewer') viewer: Viewer): Promise<OfficeRow[]> {
    return this.offices.listIn(organisationId, viewer);
  }

  @Mutation('appointOfficer')
  async appoint(
    @Args('input') { memberId, role, organisationId }: Graph.AppointOfficerInput,
    @Context('viewer') viewer: Viewer,
  ): Promise<{ __typename: 'OfficerAppointed'; office: OfficeRow } | OfficeRefusal> {
    const outcome = await this.appointMember.run(viewer, { memberId, role: roleOf(role), organisationId });
    switch (outcome.kind) {
      case 'appointed':
        return { __typename: 'OfficerAppointed', office: outcome.office };
      case 'appointeeNotFound':
        return appointeeNotFound();
      case 'notTheirsToGive':
        return officeNotYoursToGive();
      case 'oneself':
        return appointedThemselves();
    }
  }

  @Mutation('dismissOfficer')
  async dismiss(
    @Args('input') { officeId }: Graph.DismissOfficerInput,
    @Context('viewer') viewer: Viewer,
  ): Promise<{ __typename: 'OfficerDismissed'; officeId: string } | OfficeRefusal> {
    const outcome = await this.dismissOfficer.run(viewer, officeId);
    switch (outcome.kind) {
      case 'dismissed':
        return { __typename: 'OfficerDismissed', officeId };
      case 'officeNotFound':
        return officeNotFound();
      case 'notTheirsToGive':
        return officeNotYoursToGive();
    }
  }

  @ResolveField('role')
  role(office: OfficeRow): string {
    return nameOf(office.role);
  }

  @ResolveField('organisation')
  organisation(office: OfficeRow, _args: unknown, { loaders }: GraphContext): Promise<OrganisationRow | null> {
    return loaders.load(this.organisations, office.organisationId);
  }

  @ResolveField('holder')
  holder(office: OfficeRow, _args: unknown, { loaders }: GraphContext): Promise<MemberRow | null> | null {
    return office.memberId === null ? null : loaders.load(this.holders, office.memberId);
  }
}

/** The graph writes `DEPARTMENT_OFFICER` where tokens say `department-officer`. */
function nameOf(role: OfficeRole): string {
  return role.toUpperCase().replaceAll('-', '_');
}

function roleOf(name: string): OfficeRole {
  const role = officeRoles.find((known) => nameOf(known) === name);
  if (role === undefined) throw new Error(`The schema has an office that is no role: ${name}`);
  return role;
}
