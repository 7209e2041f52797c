import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner';
import { parse } from 'graphql';
import { compilePlan, conditionOn } from './compile-plan.js';
import { Run } from './run.js';
import { withSafeNames } from './safe-names.js';

const fetch = (name: string): FetchNode => ({
  kind: 'Fetch',
  serviceName: name,
  operation: `{${name}}`,
  operationKind: 'query' as never,
  operationName: undefined,
});

async function run(node: PlanNode, variables: Record<string, unknown> = {}) {
  const events: string[] = [];
  const step = compilePlan<null>(
    { kind: 'QueryPlan', node },
    {
      senderOf: (name) => ({
        send: async () => {
          events.push(`${name} begins`);
          await new Promise(setImmediate);
          events.push(`${name} ends`);
          if (name === 'away') throw new Error('Away');
          return { data: { [name]: {} }, errors: name === 'bad' ? [{ message: 'Bad' }] : [] };
        },
      }),
      typesWithin: () => new Set(),
      interfaces: new Set(),
      sharedFor: () => null,
      asked: withSafeNames(parse('{ a }'), new Set()),
      joinsEqualRepresentations: true,
      defaultValues: { isOn: true },
    },
  );
  const gathered = new Run(null, variables);
  await step?.(gathered, [gathered.data]);
  return { events, data: gathered.data, errors: gathered.errors.map(({ message }) => message) };
}

describe('a compiled plan', () => {
  it('does in turn what is to be done in turn', async () => {
    const { events } = await run({ kind: 'Sequence', nodes: [fetch('a'), fetch('b')] });
    expect(events).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });

  it('does at once what can be done at once', async () => {
    const { events } = await run({ kind: 'Parallel', nodes: [fetch('a'), fetch('b')] });
    expect(events.slice(0, 2)).toEqual(['a begins', 'b begins']);
  });

  it('does only what its condition says', async () => {
    const node: PlanNode = { kind: 'Condition', condition: 'isOn', ifClause: fetch('a'), elseClause: fetch('b') };
    expect((await run(node)).data).toEqual({ a: {} });
    expect((await run(node, { isOn: false })).data).toEqual({ b: {} });
  });

  it('goes on where a fetch fails, and tells errors in the order of the plan', async () => {
    const late: PlanNode = { kind: 'Sequence', nodes: [fetch('a'), fetch('away')] };
    const { data, errors } = await run({ kind: 'Parallel', nodes: [late, fetch('bad')] });
    expect(data).toEqual({ a: {}, bad: {} });
    expect(errors).toEqual(['Away', 'Bad']);
  });

  it('asks nobody below what is not there', async () => {
    const { events } = await run({ kind: 'Flatten', path: ['me', '@'], node: fetch('a') });
    expect(events).toEqual([]);
  });

  it.each<[string, QueryPlan]>([
    [
      'defers',
      { kind: 'QueryPlan', node: { kind: 'Sequence', nodes: [{ kind: 'Defer', primary: {}, deferred: [] }] } },
    ],
    ['subscribes', { kind: 'QueryPlan', node: { kind: 'Subscription', primary: fetch('a') } }],
    [
      'takes arguments from around',
      {
        kind: 'QueryPlan',
        node: { ...fetch('a'), contextRewrites: [{ kind: 'KeyRenamer', path: ['a'], renameKeyTo: 'b' }] },
      },
    ],
  ])('is none for a plan that %s', (_what, plan) => {
    expect(compilePlan(plan, {} as never)).toBeNull();
  });
});

describe('a condition', () => {
  const holds = conditionOn('constructor', {});
  it('is no property that every object has', () => {
    expect(holds({})).toBe(false);
    expect(holds({ constructor: true })).toBe(true);
  });
});
