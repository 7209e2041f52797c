import type { LightMyRequestResponse } from 'fastify';
import { Injectable, Module } from '@nestjs/common';
import { Args, Context, Mutation, Query, ResolveField, Resolver, Parent } from '@nestjs/graphql';
import { defineRules, ownedBy, Viewer } from '@zhijia/access';
import { databaseMigrations, poolFigures, rows } from '@zhijia/database';
import { messagingMigrations } from '@zhijia/messaging';
import { policyMigrations } from '@zhijia/policy';
import { bootSubgraph, type BootedSubgraph } from '@zhijia/testing/subgraph';
import { DataSource } from 'typeorm';

import { RequestLoaders, ResolveReferences, defineSubgraph, type BatchLoader } from '../src/index.js';

@Injectable()
class BalanceLoader implements BatchLoader<string, number> {
  calls: (readonly string[])[] = [];

  async loadAll(ids: readonly string[]): Promise<readonly number[]> {
    this.calls.push(ids);
    return ids.map((id) => id.length);
  }
}

@Resolver('Account')
class AccountResolver {
  referenceCalls = 0;

  constructor(
    private readonly balances: BalanceLoader,
    private readonly db: DataSource,
  ) {}

  @ResolveReferences('Account')
  async accounts(references: readonly { id: string }[]): Promise<({ id: string; ownerId: string } | null)[]> {
    this.referenceCalls += 1;
    return references.map(({ id }) => (id === 'unknown' ? null : { id, ownerId: 'ada' }));
  }

  @ResolveReferences('Broken')
  async broken(): Promise<never> {
    throw new Error('a secret of the database');
  }

  @Query('account')
  account(@Args('id') id: string): { id: string; ownerId: string } {
    return { id, ownerId: 'ada' };
  }

  @Query('slow')
  async slow(): Promise<string> {
    await rows(this.db, 'SELECT pg_sleep(600)');
    return 'at last';
  }

  @Mutation('fail')
  fail(): string {
    throw new Error('a secret of the database');
  }

  @ResolveField('balanceMinutes')
  balance(@Parent() account: { id: string }, @Context('loaders') loaders: RequestLoaders): Promise<number | null> {
    return loaders.load(this.balances, account.id);
  }
}

@Module({ providers: [AccountResolver, BalanceLoader] })
class SampleModule {}

const sample = defineSubgraph({
  name: 'timebank',
  schemaFile: new URL('sample.graphql', import.meta.url),
  rules: defineRules({ owner: ownedBy('ownerId') }),
  module: SampleModule,
  migrations: [...databaseMigrations, ...messagingMigrations, ...policyMigrations],
  reactions: [],
  jobs: [],
  publishes: [],
});

function member(memberId: string): Viewer {
  return new Viewer({
    issuer: 'test',
    subject: memberId,
    client: 'app',
    audience: 'mobile',
    memberId,
    roles: [],
    actingFor: null,
  });
}

describe('a served subgraph', () => {
  let service: BootedSubgraph;

  beforeAll(async () => {
    service = await bootSubgraph(sample);
  });
  afterAll(() => service.close());

  const entities = `query ($references: [_Any!]!) {
    _entities(representations: $references) { ... on Account { id balanceMinutes } ... on Broken { id } }
  }`;

  it('answers all references of a type with one call, and the field below them with one more', async () => {
    const resolver = service.app.get(AccountResolver);
    const loader = service.app.get(BalanceLoader);
    resolver.referenceCalls = 0;
    loader.calls = [];
    const references = ['a', 'bb', 'unknown', 'a'].map((id) => ({ __typename: 'Account', id }));
    expect(await service.ask(member('ada'), entities, { references })).toEqual({
      data: {
        _entities: [
          { id: 'a', balanceMinutes: 1 },
          { id: 'bb', balanceMinutes: 2 },
          null,
          { id: 'a', balanceMinutes: 1 },
        ],
      },
    });
    expect(resolver.referenceCalls).toBe(1);
    expect(loader.calls).toEqual([['a', 'bb']]);
  });

  it('holds the access rule below references too', async () => {
    const references = [{ __typename: 'Account', id: 'a' }];
    expect((await service.ask(member('eve'), entities, { references })).data).toEqual({
      _entities: [{ id: 'a', balanceMinutes: null }],
    });
  });

  it('loses only the entities of a type whose call failed, and tells no secret', async () => {
    const answer = await service.ask(member('ada'), entities, {
      references: [
        { __typename: 'Broken', id: 'x' },
        { __typename: 'Account', id: 'a' },
      ],
    });
    expect(answer.data).toEqual({ _entities: [null, { id: 'a', balanceMinutes: 1 }] });
    expect(answer.errors?.[0]?.extensions?.['code']).toBe('INTERNAL');
    expect(JSON.stringify(answer)).not.toContain('secret');
  });

  it('masks an unexpected error with an id', async () => {
    const answer = await service.ask(member('ada'), 'mutation { fail }');
    expect(answer.errors?.[0]?.extensions).toEqual({
      code: 'INTERNAL',
      errorId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(JSON.stringify(answer)).not.toContain('secret');
  });

  it('tells nobody its SDL', async () => {
    const answer = await service.ask(member('ada'), '{ _service { sdl } }');
    expect(answer.data).toBeNull();
    expect(answer.errors?.[0]?.extensions?.['code']).toBe('ACCESS_DENIED');
  });

  it.each([
    ['an operation', JSON.stringify({ query: '{ account(id: "a") { id } }' })],
    ['_service', JSON.stringify({ query: '{ _service { sdl } }' })],
    ['_entities', JSON.stringify({ query: '{ _entities(representations: []) { __typename } }' })],
  ])('refuses a direct call without a statement: %s', async (_what, body) => {
    const response = await service.inject({
      method: 'POST',
      url: '/graphql',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(response.statusCode).toBe(401);
    expect(response.json()).toMatchObject({
      errors: [{ extensions: { code: 'VIEWER_STATEMENT_REFUSED', reason: 'missing' } }],
    });
  });

  function post(body: string, headers: Record<string, string> = {}): Promise<LightMyRequestResponse> {
    return service.inject({
      method: 'POST',
      url: '/graphql',
      headers: {
        'content-type': 'application/json',
        'x-zhijia-viewer': service.statement(member('ada'), { method: 'POST', path: '/graphql', body }),
        ...headers,
      },
      body,
    });
  }

  it('cuts what runs in the database when nobody waits for it any more, and says that it can be tried again', async () => {
    const response = await post('{"query":"{ slow }"}', { 'x-zhijia-deadline-ms': '50' });
    expect(response.json()).toMatchObject({
      data: { slow: null },
      errors: [{ path: ['slow'], extensions: { code: 'TRY_AGAIN', retryable: true } }],
    });
    expect(poolFigures(service.db)).toMatchObject({ busy: 0, waiting: 0 });
    // Less than a statement may take by itself: without the deadline it is not done by then.
  }, 10_000);

  it.each([
    ['no JSON', '{', 'BAD_REQUEST'],
    ['no operation', '{"variables":{}}', 'BAD_REQUEST'],
    ['several requests at once', '[{"query":"{ __typename }"}]', 'BAD_REQUEST'],
    ['variables that are no object', '{"query":"{ __typename }","variables":[1]}', 'BAD_REQUEST'],
    ['no GraphQL', '{"query":"{"}', 'GRAPHQL_PARSE_FAILED'],
    ['a field that is not there', '{"query":"{ secrets }"}', 'GRAPHQL_VALIDATION_FAILED'],
    ['introspection', '{"query":"{ __schema { __typename } }"}', 'GRAPHQL_VALIDATION_FAILED'],
    [
      'a name without its operation',
      '{"query":"query A { __typename }","operationName":"B"}',
      'OPERATION_RESOLUTION_FAILURE',
    ],
    ['a variable that is missing', '{"query":"query ($id: ID!) { account(id: $id) { id } }"}', 'BAD_USER_INPUT'],
    ['a value that is none of its type', '{"query":"{ account(id: 1.5) { id } }"}', 'BAD_USER_INPUT'],
  ])('runs nothing of a request with %s', async (_what, body, code) => {
    const response = await post(body);
    expect(response.statusCode).toBe(400);
    expect(response.json()).toEqual({ errors: [expect.objectContaining({ extensions: { code } })] });
  });

  it('answers an operation the same, however often its text came before', async () => {
    const query = 'query One($id: ID!) { account(id: $id) { id } } query Two { account(id: "two") { id } }';
    const ask = async (operationName: string, id: string): Promise<unknown> =>
      (await post(JSON.stringify({ query, operationName, variables: { id } }))).json();
    for (const id of ['a', 'b', 'c']) expect(await ask('One', id)).toEqual({ data: { account: { id } } });
    expect(await ask('Two', 'd')).toEqual({ data: { account: { id: 'two' } } });
  });

  it('refuses a statement made for another body', async () => {
    const signed = service.statement(member('ada'), { method: 'POST', path: '/graphql', body: '{"query":"{ a }"}' });
    const response = await service.inject({
      method: 'POST',
      url: '/graphql',
      headers: { 'content-type': 'application/json', 'x-zhijia-viewer': signed },
      body: JSON.stringify({ query: '{ account(id: "a") { id } }' }),
    });
    expect(response.statusCode).toBe(401);
    expect(response.json()).toMatchObject({ errors: [{ extensions: { reason: 'badSignature' } }] });
  });

  it('answers its probes to anybody', async () => {
    expect((await service.inject({ url: '/health/live' })).json()).toEqual({ status: 'live' });
    expect((await service.inject({ url: '/health/ready' })).json()).toEqual({ status: 'ready', degraded: [] });
  });
});
