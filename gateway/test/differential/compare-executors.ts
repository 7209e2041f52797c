import type { PlanNode, QueryPlan } from '@apollo/query-planner';
import { comparable, differencesOf, type Aspect, type Comparable } from './compare-outcomes.js';
import { Random } from './random.js';
import { randomOperation, type RandomOperation } from './random-operation.js';
import { randomSupergraph } from './random-supergraph.js';
import type { Outcome, TwoExecutors } from './two-executors.js';

export interface Difference {
  supergraphSeed: number;
  operation: string;
  variables: Record<string, unknown>;
  aspects: readonly Aspect[];
  stock: Comparable;
  ours: Comparable;
}

/** How often a thing was met: a run that met none of something shows nothing of it. */
export type Counts = Record<string, number>;

export interface Comparison {
  supergraphs: number;
  operations: number;
  met: Counts;
  /** By the names of `knownDifferences`. */
  known: Counts;
  unexplained: Difference[];
}

/** Where Apollo's executor is wrong by the specification, or says nothing of use, and ours is not like it. */
const knownDifferences: Readonly<Record<string, (difference: Difference) => boolean>> = {
  // It looks an error's entity up by its place among those that were asked about, in the list of all that stand there.
  'errors of entities are told of other entities when some of them were not asked about': ({ aspects, stock, ours }) =>
    aspects.join() === 'errors' && withoutPaths(stock.errors) === withoutPaths(ours.errors),
};

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
      };
      number += 1;
      comparison.operations += 1;
      const plan = executors.plan(operation);
      const stock = await executors.stock(plan, operation, weather);
      const ours = await executors.compiled(plan, operation, weather);
      countWhatWasMet(comparison.met, plan, ours, operation);
      note(comparison, supergraphSeed, operation, comparable(stock), comparable(ours));
    }
  }
  return comparison;
}

function note(
  comparison: Comparison,
  supergraphSeed: number,
  { text, variables }: RandomOperation,
  stock: Comparable,
  ours: Comparable,
): void {
  const aspects = differencesOf(stock, ours);
  if (aspects.length === 0) return;
  const difference = { supergraphSeed, operation: text, variables, aspects, stock, ours };
  const known = Object.entries(knownDifferences).find(([, explains]) => explains(difference));
  if (known === undefined) comparison.unexplained.push(difference);
  else count(comparison.known, known[0]);
}

function withoutPaths(errors: readonly string[]): string {
  return errors
    .map((error) => (JSON.parse(error) as { message: string }).message)
    .sort()
    .join('\n');
}

function count(counts: Counts, name: string): void {
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
