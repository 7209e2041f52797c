import { Args, Context, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { Viewer } from '@zhijia/access';
import { maskName, maskPhone } from '@zhijia/pii';
import { ConsentGrants, isUuid } from '@zhijia/subgraph';
import { PersonalFields } from '../members/personal-fields.js';
import { ConsentUsesStore, type ConsentedMemberRow } from './consent-uses.store.js';

@Resolver('ConsentedMember')
export class ConsentedMemberResolver {
  constructor(
    private readonly uses: ConsentUsesStore,
    private readonly grants: ConsentGrants,
    private readonly personal: PersonalFields,
  ) {}

  @Query('consentedMember')
  async read(
    @Args('consentId') consentId: string,
    @Context('viewer') viewer: Viewer,
  ): Promise<(ConsentedMemberRow & { grant: string }) | null> {
    const member = isUuid(consentId) ? await this.uses.use(consentId, viewer) : null;
    if (member === null) return null;
    return { ...member, grant: this.grants.issue({ ...member, fields: member.coveredFields }, viewer) };
  }

  @ResolveField('maskedName')
  maskedName(member: ConsentedMemberRow): string {
    return maskName(this.personal.openFullName(member.memberId, member.fullNameSealed));
  }

  @ResolveField('maskedPhone')
  maskedPhone(member: ConsentedMemberRow): string {
    return maskPhone(this.personal.openPhone(member.memberId, member.phoneSealed));
  }
}
