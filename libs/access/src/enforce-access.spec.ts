import { buildSchema, graphql, type GraphQLSchema } from 'graphql';
import { renderAccessMatrix } from './access-matrix.js';
import { AccessRuleMissing, enforceAccess } from './enforce-access.js';
import { defineRules, hasRole, ownedBy } from './rule.js';
import { Viewer, type ViewerFacts } from './viewer.js';

const directives = `
  directive @access(rule: String!) on OBJECT | FIELD_DEFINITION
  directive @tag(name: String!) repeatable on FIELD_DEFINITION
`;

const rules = defineRules({ officers: hasRole('chair', 'secretary'), owner: ownedBy('ownerId') });

const sdl = `
  ${directives}
  type Query @access(rule: "anyViewer") {
    account: Account @tag(name: "mobile") @tag(name: "dashboard")
    report: String @access(rule: "officers") @tag(name: "dashboard")
    total: Int! @access(rule: "officers") @tag(name: "dashboard")
  }
  type Mutation @access(rule: "officers") {
    close: String @tag(name: "dashboard")
  }
  type Account @access(rule: "parent") {
    id: ID! @tag(name: "mobile") @tag(name: "dashboard")
    balance: Int @access(rule: "owner") @tag(name: "mobile")
  }
`;

function serve(): GraphQLSchema {
  return enforceAccess(buildSchema(sdl), rules);
}

function aViewer(facts: Partial<ViewerFacts> = {}): Viewer {
  return new Viewer({
    issuer: 'i',
    subject: 's',
    client: 'c',
    audience: 'mobile',
    memberId: 'ada',
    roles: [],
    actingFor: null,
    ...facts,
  });
}

const rootValue = { account: { id: '1', ownerId: 'ada', balance: 7 }, report: 'r', total: 3, close: 'closed' };

function ask(source: string, viewer: unknown) {
  return graphql({ schema: serve(), source, rootValue, contextValue: { viewer } });
}

describe('access', () => {
  it('lets an owner read a field with a default resolver, and answers null to others', async () => {
    expect(await ask('{ account { id balance } }', aViewer())).toEqual({ data: { account: { id: '1', balance: 7 } } });
    expect(await ask('{ account { id balance } }', aViewer({ memberId: 'eve' }))).toEqual({
      data: { account: { id: '1', balance: null } },
    });
  });

  it('refuses an audience the field is not tagged for, whatever the role', async () => {
    const officer = [{ role: 'chair' as const, organisationId: 'o' }];
    expect((await ask('{ report }', aViewer({ roles: officer, audience: 'mobile' }))).data).toEqual({ report: null });
    expect((await ask('{ report }', aViewer({ roles: officer, audience: 'dashboard' }))).data).toEqual({ report: 'r' });
  });

  it('refuses with an error where null is not possible', async () => {
    const answer = await ask('{ total }', aViewer({ audience: 'dashboard' }));
    expect(answer.data).toBeNull();
    expect(answer.errors?.[0]?.extensions['code']).toBe('ACCESS_DENIED');
  });

  it('refuses a mutation with an error even where null is possible', async () => {
    const answer = await ask('mutation { close }', aViewer({ audience: 'dashboard' }));
    expect(answer.errors?.[0]?.extensions['code']).toBe('ACCESS_DENIED');
  });

  it('refuses everything without a viewer', async () => {
    expect((await ask('{ account { id } }', undefined)).data).toEqual({ account: null });
    expect((await ask('{ account { id } }', { memberId: 'ada', audience: 'mobile' })).data).toEqual({ account: null });
  });

  it('does not start with a field nobody decided about', () => {
    const open = buildSchema(`${directives} type Query { secret: String @tag(name: "mobile") }`);
    expect(() => enforceAccess(open, rules)).toThrow(new AccessRuleMissing(['Query.secret']));
    const misspelt = buildSchema(`${directives} type Query { secret: String @access(rule: "offiers") }`);
    expect(() => enforceAccess(misspelt, rules)).toThrow('no rule is called "offiers"');
  });

  it('is one readable table', () => {
    expect(renderAccessMatrix(buildSchema(sdl), rules).split('\n')).toEqual(
      expect.arrayContaining([
        'Account.balance | mobile | owner | every role (own rows)',
        'Query.report | dashboard | officers | chair, secretary',
      ]),
    );
  });
});
