import type { DefinitionNode } from 'graphql';

export declare function refuseForeignNonNull(
  service: string,
  foreign: readonly DefinitionNode[],
  own: readonly DefinitionNode[],
): void;
