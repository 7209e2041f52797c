import type { Supergraph } from '@apollo/federation-internals';
import {
  getOperationAST,
  getVariableValues,
  Kind,
  type DocumentNode,
  type GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type OperationTypeNode,
} from 'graphql';
import { limitExceeded } from '../graph/operation-limits.js';
import type { Metrics } from '../metrics.js';
import { limits } from '../refusals.js';
import type { FetchSender } from './compile-fetch.js';
import { compileOperation, fragmentsOf, type RunOperation } from './compile-operation.js';
import { costOfOperation } from './cost-of-operation.js';
import { countFields } from './count-fields.js';
import { RecentlyUsed } from '../recently-used.js';
import { OperationPlanner } from './plan-operation.js';
import { fieldNamesOf, withSafeNames } from './safe-names.js';
import { sharedForIn, type SharedFor } from './shared-fields.js';
import { interfacesOf, typeConditionsOf } from './type-conditions.js';

export interface CompiledOperation<Context> {
  kind: 'compiled';
  type: OperationTypeNode;
  run: RunOperation<Context>;
  errorsOf: (variables: Variables) => readonly GraphQLError[];
  costOf: (variables: Variables) => number;
}

/** An operation that was planned once, or refused once. */
export type PlannedOperation<Context> =
  | CompiledOperation<Context>
  /** Its plan has a part that is not compiled. */
  | { kind: 'stock'; costOf: (variables: Variables) => number }
  | { kind: 'refused'; error: GraphQLError };

export type Variables = Readonly<Record<string, unknown>>;

const planCacheBytes = 48 * 1_024 * 1_024;

/** One supergraph, and every operation on it that was asked of late. Another supergraph is another of these. */
export class CompiledGraph<Context> {
  /** The public one. */
  readonly schema: GraphQLSchema;
  private readonly planner: OperationPlanner;
  private readonly planned = new RecentlyUsed<PlannedOperation<Context>>(planCacheBytes);
  /** Never forgotten while the graph is served, however much else is asked. */
  private readonly kept = new Map<string, PlannedOperation<Context>>();
  private readonly typesWithin: (condition: string) => ReadonlySet<string>;
  private readonly interfaces: ReadonlySet<string>;
  private readonly fieldNames: ReadonlySet<string>;
  private readonly sharedFor: SharedFor;

  constructor(
    supergraph: Supergraph,
    private readonly senderOf: (subgraph: string) => FetchSender<Context>,
    private readonly metrics: Metrics,
    private readonly options: { joinsEqualRepresentations?: boolean } = {},
  ) {
    this.schema = supergraph.apiSchema().toGraphQLJSSchema();
    // What is sent to subgraphs goes by all types, also those that this audience does not know.
    const supergraphSchema = supergraph.schema.toGraphQLJSSchema();
    this.typesWithin = typeConditionsOf(supergraphSchema);
    this.interfaces = interfacesOf(supergraphSchema);
    this.fieldNames = fieldNamesOf(supergraphSchema);
    this.sharedFor = sharedForIn(supergraphSchema);
    this.planner = new OperationPlanner(supergraph);
  }

  /** An operation that needs no planning any more: its document was found valid for this graph. */
  known(text: string, operationName: string | undefined): PlannedOperation<Context> | undefined {
    const key = keyOf(text, operationName);
    return this.kept.get(key) ?? this.planned.get(key);
  }

  /**
   * @param text the document's
   * @param document validated
   */
  operation(text: string, document: DocumentNode, operationName: string | undefined): PlannedOperation<Context> {
    const known = this.known(text, operationName);
    if (known !== undefined) return known;
    const key = keyOf(text, operationName);
    const { value, bytes } = this.plan(document, operationName);
    if (bytes > limits.planBytes) return this.refuse(key);
    this.counting(() => this.planned.set(key, value, bytes + key.length));
    return value;
  }

  /** What an operation would cost, found without planning it; null for one that is refused whatever it costs. */
  costOf(document: DocumentNode, operationName: string | undefined): ((variables: Variables) => number) | null {
    const asked = this.askedIn(document, operationName);
    return asked.isTooLarge ? null : costOfOperation(this.schema, asked.operation, asked.fragments);
  }

  /**
   * Plans every operation of a document ahead, and keeps the plans for as long as the graph is served.
   *
   * @param document validated
   */
  keep(text: string, document: DocumentNode): void {
    const names = document.definitions.flatMap((definition) =>
      definition.kind === Kind.OPERATION_DEFINITION ? [definition.name?.value] : [],
    );
    for (const name of names) {
      const { value } = this.plan(document, name);
      this.kept.set(keyOf(text, name), value);
      if (names.length === 1) this.kept.set(keyOf(text, undefined), value);
    }
  }

  /** A refusal is all that is remembered of what is not to be planned again. */
  private refuse(key: string): PlannedOperation<Context> {
    const refused: PlannedOperation<Context> = {
      kind: 'refused',
      error: limitExceeded('planBytes', limits.planBytes),
    };
    this.counting(() => this.planned.set(key, refused, refusalBytes + key.length));
    return refused;
  }

  /** When another graph takes over. */
  forget(): void {
    this.kept.clear();
    this.counting(() => this.planned.clear());
  }

  /** Several graphs share one figure. */
  private counting(change: () => void): void {
    const { size, bytes } = this.planned;
    change();
    this.metrics.plannedOperations.inc(this.planned.size - size);
    this.metrics.plannedBytes.inc(this.planned.bytes - bytes);
  }

  private plan(
    document: DocumentNode,
    operationName: string | undefined,
  ): { value: PlannedOperation<Context>; bytes: number } {
    const { operation, fragments, isTooLarge } = this.askedIn(document, operationName);
    if (isTooLarge) {
      return { value: { kind: 'refused', error: limitExceeded('fields', limits.fields) }, bytes: refusalBytes };
    }
    const ended = this.metrics.planSeconds.startTimer();
    const safe = withSafeNames(document, this.fieldNames);
    const plan = this.planner.plan(safe.document, operationName);
    const run = compileOperation(this.schema, { document, operationName, safe }, plan, {
      senderOf: this.senderOf,
      typesWithin: this.typesWithin,
      interfaces: this.interfaces,
      sharedFor: this.sharedFor,
      joinsEqualRepresentations: this.options.joinsEqualRepresentations ?? true,
    });
    ended();
    const costOf = costOfOperation(this.schema, operation, fragments);
    const value: PlannedOperation<Context> =
      run === null
        ? { kind: 'stock', costOf }
        : { kind: 'compiled', type: operation.operation, run, errorsOf: this.variableErrors(operation), costOf };
    return { value, bytes: bytesOf(document, plan) };
  }

  private askedIn(document: DocumentNode, operationName: string | undefined) {
    const operation = getOperationAST(document, operationName);
    const rootType = operation && this.schema.getRootType(operation.operation);
    if (operation == null || rootType == null) throw new Error('There is no such operation to plan');
    const fragments = fragmentsOf(document);
    const fields = countFields(this.schema, rootType, operation.selectionSet, fragments);
    return { operation, fragments, isTooLarge: fields > limits.fields };
  }

  private variableErrors(operation: OperationDefinitionNode): (variables: Variables) => readonly GraphQLError[] {
    const { variableDefinitions = [] } = operation;
    if (variableDefinitions.length === 0) return () => [];
    return (variables) => getVariableValues(this.schema, variableDefinitions, variables).errors ?? [];
  }
}

const refusalBytes = 1_024;

/** No name of an operation has a space in it, so what stands before the last one is the text. */
function keyOf(text: string, operationName: string | undefined): string {
  return `${text} ${operationName ?? ''}`;
}

/** Closures cannot be weighed. Measured, they and the document weigh about this much for each character. */
function bytesOf(document: DocumentNode, plan: unknown): number {
  return 8_192 + 40 * (document.loc?.end ?? 0) + 8 * JSON.stringify(plan).length;
}
