import { readFileSync } from 'node:fs';
import { Kind, parse, type ConstDirectiveNode, type DocumentNode } from 'graphql';

/** Said in one sentence that ends with what to do. */
export class UnusableSupergraph extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UnusableSupergraph';
  }
}

/** A subgraph as the supergraph names it. */
export interface NamedSubgraph {
  name: string;
  /** Where composition was told it is; may be empty. */
  url: string;
}

/**
 * @throws UnusableSupergraph when the file cannot be read
 */
export function readSupergraph(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UnusableSupergraph(`${file} cannot be read: name the file of a composed supergraph.`, { cause: error });
  }
}

/**
 * The values of `join__Graph`, which composition writes into every Federation 2 supergraph.
 *
 * @throws UnusableSupergraph when the text is no GraphQL, or nothing composed it
 */
export function subgraphsIn(supergraphSdl: string): NamedSubgraph[] {
  const graphs = parsed(supergraphSdl).definitions.find(
    (definition) => definition.kind === Kind.ENUM_TYPE_DEFINITION && definition.name.value === 'join__Graph',
  );
  if (graphs?.kind !== Kind.ENUM_TYPE_DEFINITION) {
    throw new UnusableSupergraph(
      'This is no Federation 2 supergraph, it has no join__Graph: compose the subgraphs and name what comes out.',
    );
  }
  return (graphs.values ?? []).flatMap(({ directives }) =>
    (directives ?? [])
      .filter(({ name }) => name.value === 'join__graph')
      .map((directive) => ({ name: argumentOf(directive, 'name'), url: argumentOf(directive, 'url') })),
  );
}

function parsed(supergraphSdl: string): DocumentNode {
  try {
    return parse(supergraphSdl, { noLocation: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UnusableSupergraph(`The supergraph is no GraphQL (${reason}): compose it anew.`, { cause: error });
  }
}

function argumentOf(directive: ConstDirectiveNode, name: string): string {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value;
  return value?.kind === Kind.STRING ? value.value : '';
}
