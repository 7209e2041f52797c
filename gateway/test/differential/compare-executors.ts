import type { PlanNode, QueryPlan } from '@apollo/query-planner';
import { comparable, differencesOf, type Aspect, type Comparable } from './compare-outcomes.js';
import type { Weather } from './answering-subgraphs.js';
import { Random } from './random.js';
import { randomOperation, type RandomOperation } from './random-operation.js';
import { randomSupergraph } from './random-supergraph.js';
import type { Outcome, TwoExecutors } from './two-executors.js';

export interface Difference {
  /** What ours was held against. */
  against: string;
  supergraphSeed: number;
  operation: string;
  variables: Record<string, unknown>;
  aspects: readonly Aspect[];
  reference: Comparable;
  ours: Comparable;
}

/** How often a thing was met: a run that met none of something shows nothing of it. */
export type Counts = Record<string, number>;

export interface Comparison {
  supergraphs: number;
  operations: number;
  met: Counts;
  known: Partial<Record<KnownDifference, number>>;
  unexplained: Difference[];
}

/** Where Apollo's executor is wrong, and ours is not like it. */
type KnownDifference = 'an error is told of another entity' | 'a null or false is not renamed';

/**
 * Runs random operations over random supergraphs through both executors.
 *
 * @param openExecutors makes the pair; a test may give one whose second executor is broken
 */
export async function compareExecutors(
  seed: number,
  size: { supergraphs: number; operationsEach: number },
  openExecutors: (supergraph: NonNullable<ReturnType<typeof randomSupergraph>>) => TwoExecutors,
): Promise<Comparison> {
  const comparison: Comparison = { supergraphs: 0, operations: 0, met: {}, known: {}, unexplained: [] };
  const texts = new Set<string>();
  for (let supergraphSeed = seed; comparison.supergraphs < size.supergraphs; supergraphSeed += 1) {
    const supergraph = randomSupergraph(supergraphSeed);
    if (supergraph === null) {
      count(comparison.met, 'supergraph that does not compose');
      continue;
    }
    comparison.supergraphs += 1;
    const executors = openExecutors(supergraph);
    const random = new Random(supergraphSeed);
    for (let number = 0; number < size.operationsEach;) {
      const operation = randomOperation(executors.schema, random);
      if (texts.has(`${supergraphSeed} ${operation.text}`)) continue;
      texts.add(`${supergraphSeed} ${operation.text}`);
      const weather = {
        seed: number,
        nullsPercent: [0, 5, 15][number % 3] ?? 0,
        failuresPercent: [0, 0, 4, 10][number % 4] ?? 0,
        hasEmptyValues: true,
      };
      number += 1;
      comparison.operations += 1;
      const plan = executors.plan(operation);
      const ours = await executors.compiled(plan, operation, weather);
      countWhatWasMet(comparison.met, plan, ours, operation);
      const difference = (against: string, reference: Outcome): Difference | null => {
        const [one, other] = [comparable(reference), comparable(ours)];
        const aspects = differencesOf(one, other);
        const { text, variables } = operation;
        return aspects.length === 0
          ? null
          : { against, supergraphSeed, operation: text, variables, aspects, reference: one, ours: other };
      };
      const beside = difference('stock', await executors.stock(plan, operation, weather));
      if (beside !== null) {
        const known = await knownDifference(beside, executors, plan, operation, weather);
        if (known === null) comparison.unexplained.push(beside);
        else count(comparison.known, known);
      }
      if (ours.fetches.length < 2) continue;
      // Asked one by one, entities are told the same; only how often they are asked about may differ.
      const apart = await executors.compiled(plan, operation, weather, { joinsEqualRepresentations: false });
      if (representationsOf(apart) > representationsOf(ours)) count(comparison.met, 'equal representations');
      const alone = difference('each representation by itself', apart);
      if (alone !== null) comparison.unexplained.push(alone);
    }
  }
  return comparison;
}

async function knownDifference(
  { aspects, reference, ours }: Difference,
  executors: TwoExecutors,
  plan: QueryPlan,
  operation: RandomOperation,
  weather: Weather,
): Promise<KnownDifference | null> {
  // It looks an error's entity up by its place among those that were asked about, in the list of all that stand there.
  if (aspects.join() === 'errors' && withoutPaths(reference.errors) === withoutPaths(ours.errors)) {
    return 'an error is told of another entity';
  }
  if (!JSON.stringify(plan).includes('KeyRenamer')) return null;
  // It renames what is true in JavaScript. Where everything is, both must be alike.
  const bright = { ...weather, nullsPercent: 0, hasEmptyValues: false };
  const [stock, compiled] = [
    await executors.stock(plan, operation, bright),
    await executors.compiled(plan, operation, bright),
  ];
  return differencesOf(comparable(stock), comparable(compiled)).length === 0 ? 'a null or false is not renamed' : null;
}

function withoutPaths(errors: readonly string[]): string {
  return errors
    .map((error) => (JSON.parse(error) as { message: string }).message)
    .sort()
    .join('\n');
}

function representationsOf({ fetches }: Outcome): number {
  return fetches.reduce((sum, { asked }) => {
    const representations = asked.variables['representations'];
    return sum + (Array.isArray(representations) ? representations.length : 0);
  }, 0);
}

function count<Name extends string>(counts: Partial<Record<Name, number>>, name: Name): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

function countWhatWasMet(met: Counts, plan: QueryPlan, { result, fetches }: Outcome, operation: RandomOperation): void {
  const kinds = new Set<string>();
  const visit = (node: PlanNode): void => {
    kinds.add(node.kind);
    switch (node.kind) {
      case 'Sequence':
      case 'Parallel':
        return node.nodes.forEach(visit);
      case 'Flatten':
        return visit(node.node);
      case 'Condition':
        for (const clause of [node.ifClause, node.elseClause]) if (clause !== undefined) visit(clause);
        return;
      case 'Fetch':
        if (node.requires !== undefined) kinds.add('fetch of entities');
        if (JSON.stringify(node.requires ?? []).includes('"width"')) kinds.add('nested requirement');
        if (node.inputRewrites !== undefined) kinds.add('rewrite of what is sent');
        if (node.outputRewrites !== undefined) kinds.add('rewrite of what comes');
        return;
      case 'Defer':
        return;
    }
  };
  if (plan.node !== undefined && plan.node.kind !== 'Subscription') visit(plan.node);
  if (fetches.length > 2) kinds.add('more than two fetches');
  if (result.errors !== undefined) kinds.add('errors');
  if (result.errors?.some(({ path }) => path?.some((step) => typeof step === 'number')))
    kinds.add('errors below a list');
  if (result.data === null) kinds.add('emptied answer');
  if (result.extensions !== undefined) kinds.add('null that nobody explains');
  if (/ f\d+: | id: |toString: |__proto__: /.test(operation.text)) kinds.add('alias that is a name of the graph');
  if (operation.text.includes('mutation')) kinds.add('mutation');
  for (const kind of kinds) count(met, kind);
}
