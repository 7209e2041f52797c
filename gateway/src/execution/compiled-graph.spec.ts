import { composeServices } from '@apollo/composition';
import { Supergraph } from '@apollo/federation-internals';
import { parse, type ExecutionResult } from 'graphql';
import { createMetrics } from '../metrics.js';
import { limits } from '../refusals.js';
import { CompiledGraph } from './compiled-graph.js';
import type { Fetch } from './compile-fetch.js';

const federation = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])\n`;
const people = `${federation}
  type Query { me: Person any: Being first(n: Int!): Person }
  interface Being { name: String friend: Being }
  ${Array.from({ length: 10 }, (_, n) => `type Kind${n} implements Being { name: String friend: Being }`).join('\n')}
  type Person @key(fields: "id") { id: ID! name: String }`;
const places = `${federation}
  type Person @key(fields: "id") { id: ID! home: String }`;

const fieldsOf = (count: number, n: number): string =>
  Array.from({ length: count }, (_, m) => `b${n}_${m}_${'x'.repeat(60)}: name`).join(' ');

describe('a graph with its compiled operations', () => {
  const metrics = createMetrics();
  let sent: string[];
  let graph: CompiledGraph<null>;

  beforeAll(() => {
    const { supergraphSdl, errors } = composeServices(
      Object.entries({ people, places }).map(([name, typeDefs]) => ({
        name,
        url: `http://${name}`,
        typeDefs: parse(typeDefs),
      })),
    );
    if (supergraphSdl === undefined) throw new Error(String(errors));
    const send = async ({ body }: Fetch) => {
      sent.push(body);
      return body.includes('_entities')
        ? { data: { _entities: [{ home: 'Town' }] } }
        : { data: { me: { __typename: 'Person', id: '1', name: 'Ada', alias_id: 'Ada' } } };
    };
    graph = new CompiledGraph(Supergraph.build(supergraphSdl), () => ({ send }), metrics);
  });
  beforeEach(() => {
    sent = [];
  });

  const operation = (text: string, name?: string) => graph.operation(text, parse(text), name);
  const answer = async (text: string, variables: object = {}, name?: string): Promise<ExecutionResult> => {
    const planned = operation(text, name);
    if (planned.kind !== 'compiled') throw new Error(planned.kind);
    return planned.run(null, variables as Record<string, unknown>);
  };
  const figure = async (name: string): Promise<number> => {
    const { values } = (await metrics.registry.getSingleMetric(name)?.get()) ?? { values: [] };
    return values[0]?.value ?? 0;
  };

  it('plans an operation once', async () => {
    const text = '{ me { name home } }';
    const before = await figure('zhijia_gateway_planned_operations');
    expect(await answer(text)).toEqual({ data: { me: { name: 'Ada', home: 'Town' } } });
    expect(operation(text)).toBe(operation(text));
    expect((await figure('zhijia_gateway_planned_operations')) - before).toBe(1);
    expect(sent).toHaveLength(2);
  });

  it('takes the operations of one document for two', async () => {
    const text = 'query A { me { name } } query B { me { name home } }';
    expect(await answer(text, {}, 'A')).toEqual({ data: { me: { name: 'Ada' } } });
    expect(await answer(text, {}, 'B')).toEqual({ data: { me: { name: 'Ada', home: 'Town' } } });
  });

  it('takes no alias for a key', async () => {
    expect(await answer('{ me { id: name home } }')).toEqual({ data: { me: { id: 'Ada', home: 'Town' } } });
    expect(sent[1]).toContain('"representations":[{"__typename":"Person","id":"1"}]');
  });

  it('decides conditions anew each time', async () => {
    const text = 'query ($a: Boolean! = true) { me { name @include(if: $a) home @skip(if: $a) } }';
    expect(await answer(text)).toEqual({ data: { me: { name: 'Ada' } } });
    expect(await answer(text, { a: false })).toEqual({ data: { me: { home: 'Town' } } });
    expect(sent).toHaveLength(3);
  });

  it('tells variables that do not fit before anything is sent', () => {
    const planned = operation('query ($n: Int!) { first(n: $n) { name } }');
    if (planned.kind !== 'compiled') throw new Error(planned.kind);
    expect(planned.errorsOf({}).map(({ message }) => message)).toEqual([expect.stringContaining('$n')]);
    expect(planned.errorsOf({ n: 1 })).toEqual([]);
  });

  it('answers about the schema itself, with names of the client', async () => {
    const text = 'query ($t: String!) { id: __type(name: $t) { name: kind } me { name } }';
    expect(await answer(text, { t: 'Person' })).toEqual({ data: { id: { name: 'OBJECT' }, me: { name: 'Ada' } } });
    expect(sent).toHaveLength(1);
  });

  it('asks nobody for what it knows', async () => {
    expect(await answer('{ __typename }')).toEqual({ data: { __typename: 'Query' } });
    expect(sent).toEqual([]);
  });

  it('refuses what would be planned for ever', () => {
    const text = `{ any { ${'friend { '.repeat(6)} name ${'} '.repeat(6)} } }`;
    const planned = operation(text);
    expect(planned).toMatchObject({
      kind: 'refused',
      error: { extensions: { code: 'LIMIT_EXCEEDED', limit: 'fields', max: limits.fields } },
    });
    expect(operation(text)).toBe(planned);
  });

  it('keeps what it was told to keep, however much else is asked', async () => {
    const text = 'query Kept { me { name home } }';
    graph.keep(text, parse(text));
    const kept = operation(text);
    const held = await figure('zhijia_gateway_planned_operations');
    for (let n = 0; n < 1_500; n += 1)
      operation(`query ($a${'a'.repeat(800)}${n}: Boolean!) { me { name @skip(if: $a${'a'.repeat(800)}${n}) } }`);
    // Red control: the others did come to the bound.
    expect((await figure('zhijia_gateway_planned_operations')) - held).toBeLessThan(1_500);
    expect(await figure('zhijia_gateway_planned_bytes')).toBeLessThanOrEqual(48 * 1_024 * 1_024);
    expect(operation(text)).toBe(kept);
    expect(operation(text, 'Kept')).toBe(kept);
  });

  it('refuses a plan that would take much of the room of all, and makes it once', async () => {
    const text = `{ ${Array.from({ length: 60 }, (_, n) => `a${n}: me { ${fieldsOf(40, n)} }`).join(' ')} }`;
    const planned = operation(text);
    expect(planned).toMatchObject({
      kind: 'refused',
      error: { extensions: { code: 'LIMIT_EXCEEDED', limit: 'planBytes', max: limits.planBytes } },
    });
    expect(operation(text)).toBe(planned);
  });

  it('forgets its operations when another graph takes over', async () => {
    graph.forget();
    expect(await figure('zhijia_gateway_planned_operations')).toBe(0);
    expect(await figure('zhijia_gateway_planned_bytes')).toBe(0);
  });
});
