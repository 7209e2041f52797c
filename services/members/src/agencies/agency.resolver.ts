import { ResolveField, Resolver } from '@nestjs/graphql';
import { AgenciesStore, type AgencyRow } from './agencies.store.js';

const mostShown = 50;

@Resolver('Member')
export class MemberAgenciesResolver {
  constructor(private readonly agencies: AgenciesStore) {}

  @ResolveField('agencies')
  agenciesOf(member: { id: string }): Promise<AgencyRow[]> {
    return this.agencies.ofMember(member.id, mostShown);
  }
}
