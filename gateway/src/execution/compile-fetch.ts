import type { FetchDataRewrite, FetchNode } from '@apollo/query-planner';
import { GraphQLError, OperationTypeNode, type GraphQLFormattedError } from 'graphql';
import { missingFields } from '../graph/missing-fields.js';
import { isDataObject, type DataObject } from './answer-data.js';
import { compileRepresentation } from './compile-representation.js';
import { mergeData } from './merge-data.js';
import { placeBefore, placesOf, type AnswerPath, type PlanPath } from './places.js';
import { compileRewrites } from './rewrite-data.js';
import type { Run, Step } from './run.js';
import type { SafeDocument } from './safe-names.js';
import type { SharedFor } from './shared-fields.js';

/** What is sent to a subgraph, and what a client would miss if it were not answered. */
export interface Fetch {
  /** The GraphQL request, as JSON. */
  body: string;
  /** The names, of the client's choice, of the fields that it would then lack. */
  missing: readonly string[];
  path: PlanPath;
  /** It changes nothing: to send it twice does no harm. */
  isRead: boolean;
  /** How long its answer may be told to others; null where it is for this viewer alone. */
  sharedForMs: number | null;
}

export interface FetchAnswer {
  data?: unknown;
  errors?: unknown;
}

/** Sends fetches to one subgraph. Rejects with what the client may be told when no answer comes. */
export interface FetchSender<Context> {
  send(fetch: Fetch, context: Context): Promise<FetchAnswer>;
}

export interface FetchSurroundings<Context> {
  senderOf: (subgraph: string) => FetchSender<Context>;
  typesWithin: (condition: string) => ReadonlySet<string>;
  /** Interfaces: a subgraph may know one as an object, and call an entity by its name. */
  interfaces: ReadonlySet<string>;
  sharedFor: SharedFor;
  /** What the client asked, under the names that the plan uses. */
  asked: SafeDocument;
  /** Off only where a test wants to see that it changes no answer. */
  joinsEqualRepresentations: boolean;
}

/** The objects that one representation stands for. */
type Targets = DataObject[];

/**
 * One fetch: its request is ready but for what changes, its answer is taken into the objects it is for, and its errors
 * are told of the places in the answer that they concern.
 *
 * @param step the fetch's place among those of the plan
 */
export function compileFetch<Context>(
  node: FetchNode,
  path: PlanPath,
  step: number,
  surroundings: FetchSurroundings<Context>,
): Step<Context> {
  const sender = surroundings.senderOf(node.serviceName);
  const write = compileBody(node);
  const { document, clientNameOf } = surroundings.asked;
  const missing = missingFields(node.operation, document).map(clientNameOf);
  const told = (place: AnswerPath): AnswerPath =>
    place.map((name) => (typeof name === 'string' ? clientNameOf(name) : name));
  const toldPath = told(path);
  const sharedForMs = surroundings.sharedFor(node);
  const isRead = node.operationKind === OperationTypeNode.QUERY;
  const take = node.requires === undefined ? undefined : compileEntities(node, surroundings);
  const rewriteAnswer = compileRewrites(node.outputRewrites, surroundings.typesWithin);
  const nameOf = namesBeforeRewrites(node.outputRewrites);

  return (run, objects) => {
    if (objects.length === 0) return undefined;
    const entities = take?.(objects);
    if (entities !== undefined && entities.texts.length === 0) return undefined;
    return send(run, objects, entities);
  };

  async function send(
    run: Run<Context>,
    objects: readonly DataObject[],
    entities: { texts: string[]; targets: Targets[] } | undefined,
  ): Promise<void> {
    try {
      const body = write(run.variables, entities?.texts);
      const answer = await sender.send({ body, missing, path: toldPath, isRead, sharedForMs }, run.context);
      const errors = Array.isArray(answer.errors) ? (answer.errors as GraphQLFormattedError[]) : [];
      // First of all: what the answer brings may move the places that its errors speak of.
      if (errors.length > 0) tellErrors(run, errors, entities?.targets);
      if (!isDataObject(answer.data)) return;
      if (entities === undefined) {
        rewriteAnswer?.(answer.data);
        for (const object of objects) mergeData(object, answer.data);
      } else {
        takeEntities(answer.data, entities.targets, errors.length > 0);
      }
    } catch (error) {
      run.fail(step, error instanceof GraphQLError ? error : failed(error));
    }
  }

  function takeEntities(data: DataObject, targets: readonly Targets[], isFailureTold: boolean): void {
    const received = data['_entities'];
    if (!Array.isArray(received) || received.length !== targets.length) {
      if (isFailureTold) return;
      throw new Error(`Subgraph ${node.serviceName} did not answer ${targets.length} representations one by one`);
    }
    for (const [index, entity] of received.entries()) {
      if (!isDataObject(entity)) continue;
      const of = targets[index] ?? [];
      // What it is was known before.
      if (surroundings.interfaces.has(String(entity['__typename']))) entity['__typename'] = undefined;
      if (rewriteAnswer !== null) {
        entity['__typename'] ??= of[0]?.['__typename'];
        rewriteAnswer(entity);
      }
      for (const target of of) mergeData(target, entity);
    }
  }

  function tellErrors(
    run: Run<Context>,
    errors: readonly GraphQLFormattedError[],
    targets: readonly Targets[] | undefined,
  ): void {
    let places: ReadonlyMap<DataObject, readonly AnswerPath[]> | undefined;
    const placesOfEntity = (index: number): readonly AnswerPath[] => {
      const of = new Set(targets?.[index]);
      places ??= placesOf(run.data, path);
      return [...of].flatMap((target) => places?.get(target) ?? []);
    };
    for (const error of errors) {
      for (const place of placesToTell(error.path, placesOfEntity)) {
        run.fail(step, subgraphError(error, node.serviceName, place && told(place)));
      }
    }
  }

  /** The places of an error: one, none, or wherever the entity stands that it is about. */
  function placesToTell(
    errorPath: AnswerPath | undefined,
    placesOfEntity: (index: number) => readonly AnswerPath[],
  ): readonly (AnswerPath | undefined)[] {
    if (!Array.isArray(errorPath)) return [undefined];
    const named = (below: AnswerPath): AnswerPath => below.map((name) => nameOf.get(name) ?? name);
    if (node.requires === undefined)
      return [[...placeBefore(path), ...(path.includes('@') ? [] : named(errorPath as AnswerPath))]];
    const [, index, ...below] = errorPath as AnswerPath;
    const places = typeof index === 'number' ? placesOfEntity(index) : [];
    return places.length === 0 ? [placeBefore(path)] : places.map((place) => [...place, ...named(below)]);
  }
}

/** All of the request that is the same each time is made into JSON once. */
function compileBody(
  node: FetchNode,
): (variables: Readonly<Record<string, unknown>>, representations: readonly string[] | undefined) => string {
  const head = `{"query":${JSON.stringify(node.operation)},"variables":{`;
  const tail = node.operationName === undefined ? '}}' : `},"operationName":${JSON.stringify(node.operationName)}}`;
  const used = (node.variableUsages ?? []).map((name) => ({ name, label: `${JSON.stringify(name)}:` }));
  return (variables, representations) => {
    const values: string[] = [];
    for (const { name, label } of used) {
      const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
      if (value !== undefined) values.push(label + JSON.stringify(value));
    }
    if (representations !== undefined) values.push(`"representations":[${representations.join(',')}]`);
    return head + values.join(',') + tail;
  };
}

/** Writes the representations of entities; those that are equal to the byte are sent once and stand for all. */
function compileEntities<Context>(
  node: FetchNode,
  { typesWithin, joinsEqualRepresentations }: FetchSurroundings<Context>,
): (entities: readonly DataObject[]) => { texts: string[]; targets: Targets[] } {
  const representationOf = compileRepresentation(node.requires ?? [], typesWithin);
  const rewrite = compileRewrites(node.inputRewrites, typesWithin);
  return (entities) => {
    const texts: string[] = [];
    const targets: Targets[] = [];
    const known = new Map<string, Targets>();
    for (const entity of entities) {
      const representation = representationOf(entity);
      if (representation === null || !representation['__typename']) continue;
      rewrite?.(representation);
      const text = JSON.stringify(representation);
      // A rewrite may call entities of several types by one name: they stay apart.
      const key = rewrite === null ? text : `${String(entity['__typename'])} ${text}`;
      const same = joinsEqualRepresentations ? known.get(key) : undefined;
      if (same === undefined) {
        const of = [entity];
        texts.push(text);
        targets.push(of);
        known.set(key, of);
      } else {
        same.push(entity);
      }
    }
    return { texts, targets };
  };
}

/** A subgraph tells of its errors with the names it was asked by; the client knows those after the rewrites. */
function namesBeforeRewrites(rewrites: readonly FetchDataRewrite[] | undefined): ReadonlyMap<string | number, string> {
  return new Map(
    (rewrites ?? []).flatMap((rewrite): [string, string][] =>
      rewrite.kind === 'KeyRenamer' ? [[rewrite.path.at(-1) ?? '', rewrite.renameKeyTo]] : [],
    ),
  );
}

function subgraphError(error: GraphQLFormattedError, subgraph: string, path: AnswerPath | undefined): GraphQLError {
  return new GraphQLError(error.message || `Error while fetching subquery from service "${subgraph}"`, {
    ...(path === undefined ? {} : { path }),
    // Whoever formats it sees by `serviceName` that a subgraph said so.
    extensions: { code: 'DOWNSTREAM_SERVICE_ERROR', ...error.extensions, serviceName: subgraph },
  });
}

function failed(cause: unknown): GraphQLError {
  const error = cause instanceof Error ? cause : new Error(String(cause));
  return new GraphQLError(error.message, { originalError: error });
}
