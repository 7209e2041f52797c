import { Resolver } from '@nestjs/graphql';
import { ResolveReferences } from '@zhijia/subgraph';

@Resolver('RectificationTask')
export class RectificationTaskResolver {
  @ResolveReferences('RectificationTask')
  tasks(references: readonly { readonly id: string }[]): readonly { readonly id: string }[] {
    return references.map(({ id }) => ({ id }));
  }
}
