import type { FetchNode } from '@apollo/query-planner';
import { buildSchema, GraphQLError, parse } from 'graphql';
import type { DataObject } from './answer-data.js';
import { compileFetch, type Fetch, type FetchAnswer } from './compile-fetch.js';
import { objectsAt } from './places.js';
import { Run } from './run.js';
import { withSafeNames } from './safe-names.js';
import { typeConditionsOf } from './type-conditions.js';

const typesWithin = typeConditionsOf(
  buildSchema('type Query { people: [Person] } type Person { id: ID home: String }'),
);
const root: FetchNode = {
  kind: 'Fetch',
  serviceName: 'people',
  operation: 'query Q($n:Int){people(first:$n){__typename id}}',
  operationKind: 'query' as never,
  operationName: 'Q',
  variableUsages: ['n', 'other'],
};
const homes: FetchNode = {
  kind: 'Fetch',
  serviceName: 'places',
  operation: 'query H($representations:[_Any!]!){_entities(representations:$representations){...on Person{home}}}',
  operationKind: 'query' as never,
  operationName: undefined,
  variableUsages: [],
  requires: [
    {
      kind: 'InlineFragment',
      typeCondition: 'Person',
      selections: [
        { kind: 'Field', name: '__typename' },
        { kind: 'Field', name: 'id' },
      ],
    },
  ],
};
const person = (id: string): DataObject => ({ __typename: 'Person', id });

/** Runs one fetch over gathered data, and tells what was sent. */
async function fetched(
  node: FetchNode,
  data: DataObject,
  path: string[],
  answer: (body: { variables: Record<string, unknown[]> }) => FetchAnswer,
  variables: Record<string, unknown> = {},
) {
  const sent: Fetch[] = [];
  const step = compileFetch<null>(node, path, 0, {
    senderOf: () => ({
      send: async (fetch) => {
        sent.push(fetch);
        return answer(JSON.parse(fetch.body) as never);
      },
    }),
    typesWithin,
    interfaces: new Set(['Being']),
    sharedFor: () => null,
    asked: withSafeNames(parse('{ people { id home } }'), new Set()),
    joinsEqualRepresentations: true,
  });
  const run = new Run(null, variables);
  Object.assign(run.data, data);
  await step(run, objectsAt([run.data], path));
  return {
    sent,
    data: run.data,
    errors: run.errors.map(({ message, path: place, extensions }) => ({ message, place, extensions })),
  };
}

describe('a fetch', () => {
  it('sends its query with the variables that it uses and that are given', async () => {
    const { sent, data } = await fetched(root, {}, [], () => ({ data: { people: [] } }), { n: 2, unused: 3 });
    expect(sent.map(({ body }) => body)).toEqual([
      '{"query":"query Q($n:Int){people(first:$n){__typename id}}","variables":{"n":2},"operationName":"Q"}',
    ]);
    expect(data).toEqual({ people: [] });
  });

  it('takes no variable from what every object inherits', async () => {
    const node = { ...root, variableUsages: ['constructor'] };
    expect((await fetched(node, {}, [], () => ({ data: null }))).sent[0]?.body).toContain('"variables":{}');
  });

  it('asks once for what stands in several places, and answers them all', async () => {
    const data = { people: [person('1'), person('2'), null, person('1')] };
    const { sent, data: merged } = await fetched(homes, data, ['people', '@'], ({ variables }) => ({
      data: {
        _entities: variables['representations']?.map((each) => ({
          home: `of ${(each as DataObject)['id'] as string}`,
        })),
      },
    }));
    expect(sent[0]?.body).toContain(
      '"variables":{"representations":[{"__typename":"Person","id":"1"},{"__typename":"Person","id":"2"}]}',
    );
    expect(merged['people']).toMatchObject([{ home: 'of 1' }, { home: 'of 2' }, null, { home: 'of 1' }]);
  });

  it('is not sent for nobody', async () => {
    const { sent } = await fetched(
      homes,
      { people: [null, { __typename: 'Robot', id: '1' }, { id: '2' }] },
      ['people', '@'],
      () => ({}),
    );
    expect(sent).toEqual([]);
  });

  it('tells an error of an entity wherever the entity stands', async () => {
    const data = { people: [{ __typename: 'Robot' }, person('1'), person('2'), person('1')] };
    const { errors } = await fetched(homes, data, ['people', '@'], () => ({
      data: { _entities: [null, { home: 'x' }] },
      errors: [{ message: 'Fails', path: ['_entities', 0, 'home'], extensions: { code: 'FAILS' } }],
    }));
    const extensions = { code: 'FAILS', serviceName: 'places' };
    expect(errors).toEqual([
      { message: 'Fails', place: ['people', 1, 'home'], extensions },
      { message: 'Fails', place: ['people', 3, 'home'], extensions },
    ]);
  });

  it('tells an error of the whole fetch once, at the nearest place that is one', async () => {
    const { errors } = await fetched(homes, { people: [person('1'), person('2')] }, ['people', '@'], () => ({
      data: null,
      errors: [{ message: 'All fail', path: ['_entities'] }],
    }));
    expect(errors).toEqual([
      {
        message: 'All fail',
        place: ['people'],
        extensions: { code: 'DOWNSTREAM_SERVICE_ERROR', serviceName: 'places' },
      },
    ]);
  });

  it.each([
    ['no entities', { data: {} }],
    ['too few', { data: { _entities: [] } }],
  ])('says itself that it was answered with %s', async (_what, answer) => {
    const { errors } = await fetched(homes, { people: [person('1')] }, ['people', '@'], () => answer);
    expect(errors.map(({ message }) => message)).toEqual([
      'Subgraph places did not answer 1 representations one by one',
    ]);
  });

  it('passes on what its sender says of a subgraph that is away', async () => {
    const { errors, sent } = await fetched(homes, { people: [person('1')] }, ['people', '@'], () => {
      throw new GraphQLError('Away', { extensions: { code: 'SUBGRAPH_UNAVAILABLE' } });
    });
    expect(errors).toEqual([{ message: 'Away', place: undefined, extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }]);
    expect(sent[0]?.missing).toEqual(['home']);
  });

  it('keeps what an entity is where a subgraph calls it by its interface', async () => {
    const { data } = await fetched(homes, { people: [person('1')] }, ['people', '@'], () => ({
      data: { _entities: [{ __typename: 'Being', home: 'house' }] },
    }));
    expect(data['people']).toEqual([{ __typename: 'Person', id: '1', home: 'house' }]);
  });

  it('keeps entities apart that a rewrite gives one name', async () => {
    const node: FetchNode = {
      ...homes,
      inputRewrites: [{ kind: 'ValueSetter', path: ['__typename'], setValueTo: 'Being' }],
      requires: ['Person', 'Robot'].map((typeCondition) => ({
        kind: 'InlineFragment' as const,
        typeCondition,
        selections: [
          { kind: 'Field' as const, name: '__typename' },
          { kind: 'Field' as const, name: 'id' },
        ],
      })),
    };
    const { data } = await fetched(
      node,
      { people: [person('1'), { __typename: 'Robot', id: '1' }] },
      ['people', '@'],
      () => ({
        data: { _entities: [{ home: 'house' }, { home: 'dock' }] },
      }),
    );
    expect(data['people']).toMatchObject([
      { __typename: 'Person', home: 'house' },
      { __typename: 'Robot', home: 'dock' },
    ]);
  });
});
