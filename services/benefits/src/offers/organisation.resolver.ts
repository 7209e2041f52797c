import { Resolver } from '@nestjs/graphql';
import { ResolveReferences } from '@zhijia/subgraph';

/** Owned by members; here it only stands behind offers, so a reference is answered with itself. */
@Resolver('Organisation')
export class OrganisationResolver {
  @ResolveReferences('Organisation')
  references(references: readonly { id: string }[]): { id: string }[] {
    return references.map(({ id }) => ({ id }));
  }
}
