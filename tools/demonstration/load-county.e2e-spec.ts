import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeToken } from '@zhijia/testing';
import type { JWK } from 'jose';
import pg from 'pg';
import { startStack, type Stack, type SubgraphName } from '@zhijia/local';
import { fewestMembers, makeCounty } from './county.mjs';
import { loadCounty } from './load-county.mjs';

interface Identity {
  readonly name: string;
  readonly audience: 'mobile' | 'dashboard' | 'bank';
  readonly subject: string;
  readonly clientId: string;
  readonly memberId: string | null;
  readonly roles: readonly { role: string; organisationId: string }[];
  readonly about: string;
}

describe('loading the smallest county', () => {
  const county = makeCounty({ members: fewestMembers });
  let stack: Stack;
  let identities: readonly Identity[];

  const load = () =>
    loadCounty(county, {
      dataDir: stack.dataDir,
      gateway: stack.gateway,
      databases: stack.databases,
      membersEnvironment: stack.environmentOf('members'),
    });

  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what was asked
  async function ask(name: string, query: string): Promise<any> {
    const identity = identities.find((one) => one.name === name)!;
    const token = await makeToken(JSON.parse(readFileSync(stack.secrets.issuerKeyFile, 'utf8')) as JWK, {
      ...identity,
      issuer: 'https://issuer.zhijia.local',
      audience: `zhijia-${identity.audience}`,
    });
    const response = await fetch(stack.gateway[identity.audience], {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query }),
    });
    const { data, errors } = (await response.json()) as { data: unknown; errors?: unknown };
    expect(errors).toBeUndefined();
    return data;
  }

  async function value(service: SubgraphName, sql: string): Promise<unknown> {
    const client = new pg.Client({ connectionString: stack.databases[service] });
    await client.connect();
    try {
      return Object.values((await client.query(sql)).rows[0])[0];
    } finally {
      await client.end();
    }
  }

  beforeAll(async () => {
    stack = await startStack();
    await load();
    identities = JSON.parse(readFileSync(join(stack.dataDir, 'identities.json'), 'utf8')) as Identity[];
  }, 240_000);

  afterAll(() => stack?.stop());

  it('leaves one campaign open and two closed with results and boards', async () => {
    const { campaigns } = await ask(
      'city-officer',
      '{ campaigns { edges { node { state targets { id } results { isValid } board { hash } } } } }',
    );
    const nodes = campaigns.edges.map((edge: { node: unknown }) => edge.node);
    expect(nodes).toMatchObject([
      { state: 'OPEN', results: null, board: null },
      { state: 'PUBLISHED', results: { isValid: true } },
      { state: 'PUBLISHED', results: { isValid: true } },
    ]);
    expect(nodes[0].targets).toHaveLength(26);
    expect(nodes[1].board.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('leaves rectifications at every step', async () => {
    const { rectifications } = await ask(
      'city-officer',
      '{ rectifications { edges { node { state isOverdue escalatedAt followUp { answers } } } } }',
    );
    const tasks = rectifications.edges.map((edge: { node: unknown }) => edge.node);
    for (const step of [
      { state: 'PLAN_DUE', isOverdue: false, escalatedAt: null },
      { state: 'PLAN_DUE', isOverdue: true, escalatedAt: expect.any(String) },
      { state: 'IN_PROGRESS' },
      { state: 'AWAITING_PUBLICATION' },
      { state: 'PUBLISHED', followUp: { answers: 40 } },
    ]) {
      expect(tasks).toContainEqual(expect.objectContaining(step));
    }
  });

  it('has somebody to play for each promised name', () => {
    expect(identities.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        ...[1, 2, 3, 4, 5].map((number) => `member-${number}`),
        'elder-1',
        'member-unverified',
        'city-officer',
        'district-officer',
        'department-officer-1',
        'department-officer-2',
        'union-treasurer',
        'administrator',
        'auditor',
        'bank-1',
      ]),
    );
    for (const { about } of identities) expect(about).not.toBe('');
  });

  it('lets each member find what is said of them', async () => {
    const query = '{ me { awaitingCampaigns { id } timeAccount { balanceMinutes } pointsAccount { balancePoints } } }';
    expect((await ask('member-1', query)).me.awaitingCampaigns).toHaveLength(1);
    expect((await ask('member-2', query)).me.awaitingCampaigns).toHaveLength(0);
    expect((await ask('member-2', query)).me.timeAccount.balanceMinutes).toBeGreaterThan(0);
    expect((await ask('elder-1', query)).me.timeAccount.balanceMinutes).toBeGreaterThan(0);
    // Rewarded three times, and once at the cinema.
    expect((await ask('member-3', query)).me.pointsAccount.balancePoints).toBe(200);
    expect((await ask('member-unverified', query)).me.awaitingCampaigns).toHaveLength(0);
    const { registerEntry } = await ask('bank-1', '{ registerEntry(unifiedCode: "13990100D00000283W") { nameZh } }');
    expect(registerEntry).not.toBeNull();
    const { me } = await ask('member-2', '{ me { consents { edges { node { id } } } } }');
    const [{ node: consent }] = me.consents.edges;
    const { consentedMember } = await ask(
      'bank-1',
      `{ consentedMember(consentId: "${consent.id}") { status timeBalanceMinutes pointsBalance } }`,
    );
    expect(consentedMember).toEqual({ status: 'ACTIVE', timeBalanceMinutes: expect.any(Number), pointsBalance: null });
  });

  it("ends in the machine's own time", async () => {
    for (const service of ['members', 'timebank', 'evaluations', 'benefits'] as const) {
      expect(Number(await value(service, 'SELECT seconds FROM clock_offset'))).toBe(0);
    }
  });

  it('does nothing twice', async () => {
    const ballots = () => value('evaluations', 'SELECT count(*) FROM participation');
    const before = await ballots();
    await load();
    expect(await ballots()).toBe(before);
  });
});
