import type { QueryPlan } from '@apollo/query-planner';
import {
  executeSync,
  getOperationAST,
  Kind,
  valueFromAST,
  typeFromAST,
  visit,
  isInputType,
  type DocumentNode,
  type ExecutionResult,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { limitExceeded } from '../graph/operation-limits.js';
import { limits } from '../refusals.js';
import type { DataObject } from './answer-data.js';
import { collectSelections, type Selecting } from './collect-selections.js';
import type { FetchSurroundings } from './compile-fetch.js';
import { compilePlan, conditionOn } from './compile-plan.js';
import { AnswerTooLarge, compileShape, type Shape } from './compile-shape.js';
import { Run } from './run.js';
import type { SafeDocument } from './safe-names.js';
import { typeConditionsOf } from './type-conditions.js';

/** Runs one operation for one request. Its variables are known to fit their types. */
export type RunOperation<Context> = (
  context: Context,
  variables: Readonly<Record<string, unknown>>,
) => Promise<ExecutionResult>;

/** How the answer looks once every `@skip` and `@include` is decided. */
interface DecidedAnswer {
  shape: Shape;
  introspect: (variables: Readonly<Record<string, unknown>>) => DataObject;
}

/** Each combination of conditions has a shape of its own; an operation with many is compiled anew now and then. */
const maxDecidedAnswers = 8;
const nothing: DataObject = {};

/** What is compiled: one operation of a document that is valid. */
export interface AskedOperation {
  document: DocumentNode;
  operationName: string | undefined;
  /** What was planned. */
  safe: SafeDocument;
}

/**
 * plan -> compiled steps -> merged data -> shaped answer.
 *
 * @param schema the public one
 * @returns null for a plan that is not compiled
 */
export function compileOperation<Context>(
  schema: GraphQLSchema,
  asked: AskedOperation,
  plan: QueryPlan,
  surroundings: Omit<FetchSurroundings<Context>, 'asked'>,
): RunOperation<Context> | null {
  const defaultValues = defaultValuesOf(schema, operationIn(asked.safe.document, asked.operationName));
  const fetchAll = compilePlan(plan, { ...surroundings, asked: asked.safe, defaultValues });
  const decide = answersOf(schema, asked, defaultValues);
  if (fetchAll === null) return null;
  return async (context, variables) => {
    const run = new Run(context, asked.safe.variablesOf(variables));
    await fetchAll(run, [run.data]);
    const { shape, introspect } = decide(run.variables);
    const shaping = {
      misfits: [],
      charactersLeft: limits.answerCharacters,
      introspected: introspect(variables),
    };
    try {
      const data = shape(run.data, shaping);
      const { errors } = run;
      if (errors.length > 0) return { errors, data };
      return shaping.misfits.length === 0 ? { data } : { data, extensions: { valueCompletion: shaping.misfits } };
    } catch (error) {
      if (!(error instanceof AnswerTooLarge)) throw error;
      return { errors: [limitExceeded('answerCharacters', limits.answerCharacters)] };
    }
  };
}

function answersOf(
  schema: GraphQLSchema,
  { document, operationName, safe }: AskedOperation,
  defaultValues: Readonly<Record<string, unknown>>,
): (variables: Readonly<Record<string, unknown>>) => DecidedAnswer {
  const operation = operationIn(document, operationName);
  const planned = operationIn(safe.document, operationName);
  const rootType = schema.getRootType(operation.operation);
  if (rootType == null) throw new Error(`This graph has no ${operation.operation}`);
  const fragments = fragmentsOf(document);
  const plannedFragments = fragmentsOf(safe.document);
  const typesWithin = typeConditionsOf(schema);
  const conditions = conditionVariablesOf(safe.document).map((name) => ({
    name,
    holds: conditionOn(name, defaultValues),
  }));
  const decided = new Map<string, DecidedAnswer>();
  return (variables) => {
    const values = new Map(conditions.map(({ name, holds }) => [name, holds(variables)]));
    const key = [...values.values()].join();
    let answer = decided.get(key);
    if (answer === undefined) {
      const conditionOf = (name: string): boolean => values.get(safe.variableNameOf(name)) === true;
      const selecting = { fragments: plannedFragments, typesWithin, conditionOf, clientNameOf: safe.clientNameOf };
      answer = {
        shape: compileShape(schema, rootType, planned.selectionSet, selecting),
        introspect: compileIntrospection(schema, rootType.name, operation, { ...selecting, fragments }),
      };
      if (decided.size >= maxDecidedAnswers) decided.clear();
      decided.set(key, answer);
    }
    return answer;
  };
}

/** `__schema` and `__type` are answered here, from the public schema; no subgraph is asked. */
function compileIntrospection(
  schema: GraphQLSchema,
  rootName: string,
  operation: OperationDefinitionNode,
  selecting: Selecting,
): DecidedAnswer['introspect'] {
  const selections = [...collectSelections([operation.selectionSet], rootName, selecting).values()]
    .flat()
    .filter(({ name }) => name.value === '__schema' || name.value === '__type');
  if (selections.length === 0) return () => nothing;
  const asked = { ...operation, selectionSet: { kind: Kind.SELECTION_SET as const, selections } };
  const document = { kind: Kind.DOCUMENT as const, definitions: [asked, ...selecting.fragments.values()] };
  return (variableValues) => executeSync({ schema, document, variableValues }).data ?? nothing;
}

function operationIn(document: DocumentNode, operationName: string | undefined): OperationDefinitionNode {
  const operation = getOperationAST(document, operationName);
  if (operation == null) throw new Error('The document has no such operation');
  return operation;
}

export function fragmentsOf(document: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> {
  return new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
    ),
  );
}

function conditionVariablesOf(document: DocumentNode): string[] {
  const names = new Set<string>();
  visit(document, {
    Directive: ({ name, arguments: given }) => {
      if (name.value !== 'skip' && name.value !== 'include') return;
      for (const { value } of given ?? []) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names];
}

function defaultValuesOf(schema: GraphQLSchema, operation: OperationDefinitionNode): Record<string, unknown> {
  return Object.fromEntries(
    (operation.variableDefinitions ?? []).flatMap(({ variable, type, defaultValue }): [string, unknown][] => {
      const inputType = typeFromAST(schema, type as never);
      if (defaultValue === undefined || !isInputType(inputType)) return [];
      return [[variable.name.value, valueFromAST(defaultValue, inputType)]];
    }),
  );
}
