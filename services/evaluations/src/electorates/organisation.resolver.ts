import { Resolver } from '@nestjs/graphql';
import { ResolveReferences } from '@zhijia/subgraph';

/** Owned by members; here it only stands behind other things, so a reference is answered with itself. */
@Resolver('Organisation')
export class OrganisationResolver {
  @ResolveReferences('Organisation')
  organisations(references: readonly { readonly id: string }[]): readonly { readonly id: string }[] {
    return references.map(({ id }) => ({ id }));
  }
}
