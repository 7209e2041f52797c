import {
  execute,
  getOperationAST,
  GraphQLError,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
  ValuesOfCorrectTypeRule,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
} from 'graphql';
import type { GraphContext } from './graph-context.js';

/** The gateway sends some hundred texts again and again: a text is read and checked once. */
const mostKept = 1_000;

const validationRules = [...specifiedRules, NoSchemaIntrospectionCustomRule].filter(
  (rule) => rule !== ValuesOfCorrectTypeRule,
);

/** One operation, as the gateway asks for it. */
export interface OperationRequest {
  readonly query: string;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** The operations that a subgraph answers. */
export class Operations {
  /** The one used longest ago comes first. */
  private readonly documents = new Map<string, DocumentNode>();

  constructor(private readonly schema: GraphQLSchema) {}

  /** An answer without `data` is a request that was refused before anything of it ran. */
  async run({ query, operationName, variables }: OperationRequest, context: GraphContext): Promise<ExecutionResult> {
    const document = this.documentOf(query);
    if ('errors' in document) return document;
    if (getOperationAST(document, operationName) === null) {
      return refused('OPERATION_RESOLUTION_FAILURE', [new GraphQLError('The document has no such operation')]);
    }
    const result = await execute({
      schema: this.schema,
      document,
      operationName,
      variableValues: variables,
      contextValue: context,
    });
    return result.data === undefined ? refused('BAD_USER_INPUT', result.errors ?? []) : result;
  }

  private documentOf(query: string): DocumentNode | { readonly errors: readonly GraphQLError[] } {
    const known = this.documents.get(query);
    if (known !== undefined) {
      this.documents.delete(query);
      this.documents.set(query, known);
      return known;
    }
    let document: DocumentNode;
    try {
      document = parse(query);
    } catch (error) {
      if (error instanceof GraphQLError) return refused('GRAPHQL_PARSE_FAILED', [error]);
      throw error;
    }
    const mistakes = validate(this.schema, document, validationRules);
    if (mistakes.length > 0) return refused('GRAPHQL_VALIDATION_FAILED', mistakes);
    // The gateway found the document valid, but knows nothing of our own scalars: a wrong date in it is the client's.
    const wrongValues = validate(this.schema, document, [ValuesOfCorrectTypeRule]);
    if (wrongValues.length > 0) return refused('BAD_USER_INPUT', wrongValues);
    for (const oldest of this.documents.keys()) {
      if (this.documents.size < mostKept) break;
      this.documents.delete(oldest);
    }
    this.documents.set(query, document);
    return document;
  }
}

function refused(code: string, errors: readonly GraphQLError[]): { readonly errors: readonly GraphQLError[] } {
  return {
    errors: errors.map(
      ({ message, nodes, source, positions, extensions }) =>
        new GraphQLError(message, { nodes, source, positions, extensions: { ...extensions, code } }),
    ),
  };
}
