import type { ConditionNode, PlanNode, QueryPlan } from '@apollo/query-planner';
import type { DataObject } from './answer-data.js';
import { compileFetch, type FetchSurroundings } from './compile-fetch.js';
import { objectsAt, type PlanPath } from './places.js';
import type { Run, Step } from './run.js';

export interface PlanSurroundings<Context> extends FetchSurroundings<Context> {
  /** Of the operation's variables that have one. */
  defaultValues: Readonly<Record<string, unknown>>;
}

/**
 * Makes closures of a plan's nodes, so that running it looks nothing up.
 *
 * @returns null for a plan that only the stock executor knows how to run or to refuse
 */
export function compilePlan<Context>(plan: QueryPlan, surroundings: PlanSurroundings<Context>): Step<Context> | null {
  if (plan.node === undefined) return () => undefined;
  if (plan.node.kind === 'Subscription' || !isRunnable(plan.node)) return null;
  let fetches = 0;
  return compileNode(plan.node, []);

  function compileNode(node: PlanNode, path: PlanPath): Step<Context> {
    switch (node.kind) {
      case 'Fetch':
        return compileFetch(node, path, fetches++, surroundings);
      case 'Flatten': {
        const below = node.path;
        const step = compileNode(node.node, [...path, ...below]);
        return (run, objects) => step(run, objectsAt(objects, below));
      }
      case 'Sequence':
        return inTurn(node.nodes.map((each) => compileNode(each, path)));
      case 'Parallel':
        return atOnce(node.nodes.map((each) => compileNode(each, path)));
      case 'Condition':
        return compileCondition(node, path);
      case 'Defer':
        throw new Error('A plan that defers is not compiled');
    }
  }

  function compileCondition(node: ConditionNode, path: PlanPath): Step<Context> {
    const whenTrue = node.ifClause && compileNode(node.ifClause, path);
    const whenFalse = node.elseClause && compileNode(node.elseClause, path);
    const holds = conditionOn(node.condition, surroundings.defaultValues);
    return (run, objects) => (holds(run.variables) ? whenTrue : whenFalse)?.(run, objects);
  }
}

/** A variable of `@skip` or `@include`; validation has seen to it that it is a boolean. */
export function conditionOn(
  name: string,
  defaultValues: Readonly<Record<string, unknown>>,
): (variables: Readonly<Record<string, unknown>>) => boolean {
  const otherwise = defaultValues[name] === true;
  return (variables) =>
    Object.hasOwn(variables, name) && variables[name] !== undefined ? variables[name] === true : otherwise;
}

function inTurn<Context>(steps: readonly Step<Context>[]): Step<Context> {
  return async (run: Run<Context>, objects: readonly DataObject[]) => {
    for (const step of steps) await step(run, objects);
  };
}

function atOnce<Context>(steps: readonly Step<Context>[]): Step<Context> {
  return async (run: Run<Context>, objects: readonly DataObject[]) => {
    await Promise.all(steps.flatMap((step) => step(run, objects) ?? []));
  };
}

/** `contextRewrites` come with `@fromContext`, which this gateway's stock executor does not know either. */
function isRunnable(node: PlanNode): boolean {
  switch (node.kind) {
    case 'Fetch':
      return node.contextRewrites === undefined || node.contextRewrites.length === 0;
    case 'Flatten':
      return isRunnable(node.node);
    case 'Sequence':
    case 'Parallel':
      return node.nodes.every(isRunnable);
    case 'Condition':
      return [node.ifClause, node.elseClause].every((clause) => clause === undefined || isRunnable(clause));
    case 'Defer':
      return false;
  }
}
