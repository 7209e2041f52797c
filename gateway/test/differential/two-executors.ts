import { Supergraph, type Schema } from '@apollo/federation-internals';
import { executeQueryPlan } from '@apollo/gateway/dist/executeQueryPlan.js';
import { buildOperationContext } from '@apollo/gateway/dist/operationContext.js';
import type { GraphQLFormattedError, GraphQLSchema, ExecutionResult } from 'graphql';
import type { Fetch } from '../../src/execution/compile-fetch.js';
import { compileOperation } from '../../src/execution/compile-operation.js';
import { OperationPlanner } from '../../src/execution/plan-operation.js';
import { fieldNamesOf, withSafeNames } from '../../src/execution/safe-names.js';
import { interfacesOf, typeConditionsOf } from '../../src/execution/type-conditions.js';
import { AnsweringSubgraph, type AskedFetch, type Weather } from './answering-subgraphs.js';
import type { RandomOperation } from './random-operation.js';
import type { RandomSupergraph } from './random-supergraph.js';

/** What one executor answered, and what it asked the subgraphs to get there. */
export interface Outcome {
  result: ExecutionResult;
  fetches: { subgraph: string; asked: AskedFetch }[];
}

interface Asking {
  weather: Weather;
  fetches: Outcome['fetches'];
}

/** Apollo's executor and ours, side by side over the same subgraphs; they run the same plan. */
export class TwoExecutors {
  readonly schema: GraphQLSchema;
  private readonly apiSchema: Schema;
  private readonly supergraphSchema: GraphQLSchema;
  private readonly planner: OperationPlanner;
  private readonly subgraphs: ReadonlyMap<string, AnsweringSubgraph>;
  private readonly fieldNames: ReadonlySet<string>;
  private readonly typesWithin: (condition: string) => ReadonlySet<string>;

  constructor({ supergraphSdl, subgraphs }: RandomSupergraph) {
    const supergraph = Supergraph.build(supergraphSdl, { validateSupergraph: false });
    this.apiSchema = supergraph.apiSchema();
    this.schema = this.apiSchema.toGraphQLJSSchema();
    this.supergraphSchema = supergraph.schema.toGraphQLJSSchema();
    this.planner = new OperationPlanner(supergraph);
    this.subgraphs = new Map(subgraphs.map((subgraph) => [subgraph.name, new AnsweringSubgraph(subgraph)]));
    this.fieldNames = new Set([...fieldNamesOf(this.supergraphSchema), 'f0', 'f1', 'id']);
    this.typesWithin = typeConditionsOf(this.supergraphSchema);
  }

  plan(operation: RandomOperation) {
    return this.planner.plan(operation.safeDocument, undefined);
  }

  async stock(plan: ReturnType<TwoExecutors['plan']>, operation: RandomOperation, weather: Weather): Promise<Outcome> {
    const fetches: Outcome['fetches'] = [];
    const serviceMap = Object.fromEntries(
      [...this.subgraphs.keys()].map((name) => [
        name,
        {
          // Without the types it leaves out what stands in a fragment within a wider fragment.
          process: async ({ request }: { request: AskedFetch }) =>
            withoutInterfaceNames(await this.ask(name, request, { weather, fetches }, { tellsTypes: true })),
        },
      ]),
    );
    const result = await executeQueryPlan(
      plan,
      serviceMap as never,
      { request: { variables: operation.variables }, context: {}, metrics: {}, logger: console } as never,
      buildOperationContext({
        schema: this.schema,
        operationDocument: operation.safeDocument,
        operationName: undefined,
      }),
      this.supergraphSchema,
      this.apiSchema,
    );
    return { result: result as ExecutionResult, fetches };
  }

  async compiled(
    plan: ReturnType<TwoExecutors['plan']>,
    operation: RandomOperation,
    weather: Weather,
    options: { joinsEqualRepresentations: boolean } = { joinsEqualRepresentations: true },
  ): Promise<Outcome> {
    const safe = withSafeNames(operation.document, this.fieldNames);
    const asked = { document: operation.document, operationName: undefined, safe };
    const run = compileOperation<Asking>(this.schema, asked, plan, {
      senderOf: (name) => ({
        send: ({ body }: Fetch, asking) => this.ask(name, JSON.parse(body) as AskedFetch, asking),
      }),
      typesWithin: this.typesWithin,
      interfaces: interfacesOf(this.supergraphSchema),
      sharedFor: () => null,
      ...options,
    });
    if (run === null) throw new Error('This plan is not compiled');
    const fetches: Outcome['fetches'] = [];
    return { result: await run({ weather, fetches }, operation.variables), fetches };
  }

  private async ask(
    subgraph: string,
    { query, variables, operationName }: AskedFetch,
    { weather, fetches }: Asking,
    options: { tellsTypes: boolean } = { tellsTypes: false },
  ) {
    // As it goes over the network: what is changed afterwards was not asked.
    const asked = JSON.parse(JSON.stringify({ query, variables, operationName })) as AskedFetch;
    fetches.push({ subgraph, asked });
    const answering = this.subgraphs.get(subgraph);
    if (answering === undefined) throw new Error(`There is no subgraph ${subgraph}`);
    return (await answering.answer(asked, weather, options)) as {
      data?: Record<string, unknown>;
      errors?: GraphQLFormattedError[];
    };
  }
}

/** It lets the name of an interface, as one subgraph calls an entity, take the place of the entity's type. */
function withoutInterfaceNames<Answer extends { data?: Record<string, unknown> }>(answer: Answer): Answer {
  const entities = answer.data?.['_entities'];
  if (!Array.isArray(entities)) return answer;
  for (const entity of entities as ({ __typename?: string } | null)[]) {
    if (entity?.__typename === 'Media') delete entity.__typename;
  }
  return answer;
}
