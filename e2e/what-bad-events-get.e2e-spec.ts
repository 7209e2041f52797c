import { randomUUID } from 'node:crypto';
import { ballotCast, campaignOpened, memberChanged, memberRegistered, type EventContract } from '@zhijia/contracts';
import { until } from '@zhijia/testing';
import { openBroker, type Broker, type Message } from './support/broker.js';
import { aCampaign, cast, inDays, open, seal, untilState } from './support/campaign.js';
import { countyMembers, importCounty, importMembers, membersCsv, runTool, type County } from './support/county.js';
import { findNumbers } from './support/find-numbers.js';
import { openProduct, type Product, type SubgraphName } from './support/product.js';
import { tellSteps } from './support/tell-steps.js';

const memberCount = 8;
const pointsPerMember = 200;
/** Those that react to what members tells. */
const listeners = ['timebank', 'evaluations', 'benefits'] as const;
const subgraphs: readonly SubgraphName[] = ['members', ...listeners];

/** What a careless or hostile sender may put into a payload. It may lie in the topic, and nowhere else. */
const planted = ['13912345678', '王小波'];

interface Letter {
  service: string;
  id: string;
  reaction: string | null;
  eventId: string | null;
  type: string | null;
  topic: string;
  errorCode: string;
  attempts: number;
}

/**
 * Messages that should never have been sent, written straight to the broker: what can never be applied becomes one dead
 * letter for each service that would have reacted, effects come once, and whatever stands behind it is read on.
 */
describe('what bad events get', () => {
  let product: Product;
  let county: County;
  let broker: Broker;
  let campaignId = '';
  const members = countyMembers(memberCount);

  const step = tellSteps();

  beforeAll(async () => {
    product = await openProduct();
    county = await importCounty(product, members);
    broker = await openBroker(product.stack.kafka);
    const reward = { poolPoints: 10 * pointsPerMember, pointsPerMember };
    campaignId = await open(product, county.cityOfficer, aCampaign(county, 'campaign', { reward }));
    await untilState(product, county.cityOfficer, campaignId, 'OPEN');
  }, 180_000);
  afterAll(async () => {
    await broker?.close();
    await product?.stop();
  }, 60_000);

  function aMessage(
    contract: EventContract,
    key: string,
    value: string,
    headers: Record<string, string> = {},
  ): Message {
    return {
      topic: contract.topic,
      key,
      headers: {
        ce_specversion: '1.0',
        ce_id: randomUUID(),
        ce_type: contract.type,
        ce_source: contract.type.slice(0, contract.type.indexOf('.')),
        ce_time: new Date().toISOString(),
        'content-type': 'application/json',
        ...headers,
      },
      value,
    };
  }
  const untilAllRead = () => Promise.all(listeners.map((service) => broker.untilRead(service)));

  /** As `npm run dead-letters` beside a running stack, over all services. */
  async function deadLetters(...args: string[]) {
    const { databases } = product.stack;
    const { code, stdout, stderr } = await runTool('dead-letters', args, {
      ...product.stack.environmentOf('members'),
      ...product.stack.environmentOf('evaluations'),
      ...Object.fromEntries(subgraphs.map((name) => [`DATABASE_URL_${name.toUpperCase()}`, databases[name]])),
      LOG_LEVEL: 'warn',
    });
    const lines = stdout.split('\n').filter((line) => line !== '');
    return { code, text: stdout + stderr, lines: lines.map((line) => JSON.parse(line) as object) };
  }
  const list = async () => (await deadLetters('list')).lines as Letter[];

  async function versionsOf(memberId: string): Promise<Record<string, number | undefined>> {
    const known = listeners.map(async (service) => {
      const [row] = await product.rows<{ version: number }>(service, 'SELECT version FROM known_member WHERE id = $1', [
        memberId,
      ]);
      return [service, row?.version] as const;
    });
    return Object.fromEntries(await Promise.all(known));
  }

  /** A correction that moves the member, so that members tells it under the member's key. */
  async function move(order: number, organisationCode: string): Promise<void> {
    const csvText = membersCsv([{ ...members[order]!, organisationCode }]);
    const { importMembers: imported } = await product.read(county.administrator, importMembers, { input: { csvText } });
    expect(imported.run).toMatchObject({ corrected: 1, refused: 0 });
  }

  const stateOf = (order: number, changes: object = {}) =>
    JSON.stringify({
      memberId: county.member(order).memberId,
      version: 99,
      organisationId: county.organisation('B4'),
      status: 'LEFT',
      verification: 'NONE',
      strata: [],
      joinedOn: '2020-01-31',
      ...changes,
    });

  step('that cannot be read become one dead letter in each service that would react, and hold nobody up', async () => {
    const key = county.member(0).memberId;
    await broker.send(
      aMessage(memberRegistered, key, `{"memberId": "${key}", "phone": "${planted[0]}", "name": "${planted[1]}`),
      aMessage(memberChanged, key, stateOf(0, { organisationId: planted[0], joinedOn: planted[1] })),
      aMessage(memberChanged, key, stateOf(0), { ce_source: 'benefits' }),
      aMessage(memberChanged, key, stateOf(0), { ce_id: 'not-an-id' }),
      { topic: memberChanged.topic, key, headers: {}, value: stateOf(0) },
      // Somebody else's event on this topic, signed as its owner would.
      { ...aMessage(ballotCast, key, '{}'), topic: memberChanged.topic },
      // Nobody reacts to it: no letter, and it is counted.
      aMessage(memberChanged, key, stateOf(0, { name: planted[1] }), { ce_type: 'members.member-saluted.v1' }),
    );
    // The same key, so the same partition: it comes through behind all of them.
    await move(0, 'B2');
    await until(async () => Object.values(await versionsOf(key)).every((version) => version === 2), {
      what: 'the correction behind the bad events to arrive everywhere',
      withinMs: 45_000,
    });
    await untilAllRead();

    const unreadable = [
      'eventIdMalformed',
      'foreignSource',
      'headerMissing',
      'payloadBreaksContract',
      'payloadNotJson',
    ];
    const letters = await list();
    const codes = Object.fromEntries(
      subgraphs.map((name) => [
        name,
        letters
          .filter(({ service }) => service === name)
          .map(({ errorCode }) => errorCode)
          .sort(),
      ]),
    );
    expect(codes).toEqual({
      members: [],
      timebank: unreadable,
      evaluations: unreadable,
      benefits: [...unreadable, 'foreignTopic'].sort(),
    });
    expect(
      letters.every(
        ({ reaction, attempts, topic }) => reaction === null && attempts === 1 && topic === 'members.member',
      ),
    ).toBe(true);
  });

  step('of an unknown type are counted where somebody listens', async () => {
    for (const service of listeners) {
      const { port } = product.stack.services[service];
      const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      const lines = metrics.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
      // What a scraper reads: a name, labels in quotation marks, a number.
      for (const line of lines) expect(line).toMatch(/^\w+(\{(\w+="[^"\\\n]*",?)+\})? (-?[\d.e+-]+|Nan|[+-]Inf)$/);
      expect(lines).toContain(
        `zhijia_consumer_unknown_events_total{type="members.member-saluted.v1",service="${service}"} 1`,
      );
    }
  });

  step('that come twice, and twice under another id, have their effect once', async () => {
    const voter = county.member(1);
    const { envelope } = await seal(product, voter, campaignId, [1, 2, 3]);
    expect(await cast(product, voter, { campaignId, envelope, idempotencyKey: 'ballot' })).toMatchObject({
      __typename: 'BallotCast',
    });
    const balance = async () =>
      (await product.read(voter, '{ me { pointsAccount { balancePoints } timeAccount { balanceMinutes } } }')).me;
    await until(async () => (await balance()).pointsAccount.balancePoints === pointsPerMember, {
      what: 'the reward',
      withinMs: 45_000,
    });

    const sent = await broker.readAll();
    const again = [ballotCast, campaignOpened, memberRegistered].map((contract) => {
      const about = contract === campaignOpened ? campaignId : voter.memberId;
      const message = sent.find(
        ({ topic, headers, value }) =>
          topic === contract.topic && headers['ce_type'] === contract.type && value.includes(about),
      );
      if (message === undefined) throw new Error(`${contract.type} was never sent`);
      return message;
    });
    const underAnotherId = again.map((message) => ({
      ...message,
      headers: { ...message.headers, ce_id: randomUUID() },
    }));
    const before = await countEffects();
    await broker.send(...again, ...again, ...underAnotherId);
    await untilAllRead();
    await broker.untilRead('members');
    expect(await countEffects()).toEqual(before);
    expect(await balance()).toEqual({
      pointsAccount: { balancePoints: pointsPerMember },
      timeAccount: { balanceMinutes: 0 },
    });
    expect(await list()).toHaveLength(16);
  });

  /** What the three events lead to: rewards, pools, transfers and accounts. */
  async function countEffects() {
    const countOf = async (service: SubgraphName, sql: string) => (await product.rows(service, sql))[0];
    return {
      rewards: await countOf('benefits', 'SELECT count(*), sum(points) FROM reward'),
      pools: await countOf('benefits', 'SELECT count(*), sum(pool_points) FROM reward_pool'),
      transfers: await countOf('benefits', 'SELECT count(*) FROM ledger_transfer'),
      pointsAccounts: await countOf('benefits', 'SELECT count(*), sum(balance_units) FROM ledger_account'),
      timeAccounts: await countOf('timebank', 'SELECT count(*), sum(balance_units) FROM ledger_account'),
      members: await countOf('evaluations', 'SELECT count(*), sum(version) FROM known_member'),
      told: await countOf('benefits', `SELECT count(*) FROM outbox WHERE type = 'benefits.reward-settled.v1'`),
    };
  }

  step(
    'that only one service cannot apply wait as a letter there until the cause is mended and they are replayed',
    async () => {
      const [blocked, next] = [county.member(2).memberId, county.member(3).memberId];
      await product.rows(
        'timebank',
        `ALTER TABLE known_member ADD CONSTRAINT known_member_stays CHECK (version < 2 OR id <> '${blocked}') NOT VALID`,
      );
      await move(2, 'B1');
      await move(3, 'B1');
      await until(async () => (await list()).length === 17, { what: 'the dead letter', withinMs: 45_000 });
      await untilAllRead();
      expect(await versionsOf(next)).toEqual({ timebank: 2, evaluations: 2, benefits: 2 });
      expect(await versionsOf(blocked)).toEqual({ timebank: 1, evaluations: 2, benefits: 2 });
      const letter = (await list()).find(({ reaction }) => reaction !== null);
      expect(letter).toMatchObject({
        service: 'timebank',
        reaction: 'know-member-when-member-changed',
        type: memberChanged.type,
        errorCode: '23514:known_member_stays',
      });

      const tooEarly = await deadLetters('replay', letter!.id, '--service', 'timebank');
      expect(tooEarly).toMatchObject({ code: 2, lines: [{ failed: [{ id: letter!.id }] }] });
      await product.rows('timebank', 'ALTER TABLE known_member DROP CONSTRAINT known_member_stays');
      const mended = await deadLetters('replay', letter!.id, '--service', 'timebank');
      expect(mended).toMatchObject({ code: 0, lines: [{ service: 'timebank', replayed: [letter!.id], failed: [] }] });
      expect(await versionsOf(blocked)).toEqual({ timebank: 2, evaluations: 2, benefits: 2 });
    },
  );

  step('stay letters as long as nothing about them is mended, and the command says which', async () => {
    const { code, lines, text } = await deadLetters('replay', '--all');
    expect(code).toBe(2);
    const failed = (lines as { service: string; failed: { errorCode: string }[] }[]).map(
      ({ service, failed: left }) => [service, left.length],
    );
    expect(Object.fromEntries(failed)).toEqual({ members: 0, timebank: 5, evaluations: 5, benefits: 6 });
    for (const word of planted) expect(text).not.toContain(word);
    expect(await deadLetters('replay')).toMatchObject({ code: 1, lines: [] });
  });

  step('are listed by ids and codes, never by what they carried', async () => {
    const { code, lines, text } = await deadLetters('list');
    expect(code).toBe(0);
    for (const letter of lines) {
      expect(Object.keys(letter).sort()).toEqual(
        'attempts errorCode errorType eventId failedAt id lastAttemptAt reaction service topic type'.split(' '),
      );
    }
    for (const word of planted) expect(text).not.toContain(word);
  });

  step('leave what they carried in the topic alone: no log, no row and no answer repeats it', async () => {
    expect(await findNumbers(product, broker, planted)).toEqual(['topic members.member']);
  });

  step('leave the product at work: a member votes and is rewarded, an officer opens the next campaign', async () => {
    const voter = county.member(4);
    const { envelope } = await seal(product, voter, campaignId, [1, 2, 3]);
    expect(await cast(product, voter, { campaignId, envelope, idempotencyKey: 'next' })).toMatchObject({
      __typename: 'BallotCast',
    });
    await until(
      async () =>
        (await product.read(voter, '{ me { pointsAccount { balancePoints } } }')).me.pointsAccount.balancePoints ===
        pointsPerMember,
      { what: 'the next reward', withinMs: 45_000 },
    );
    const id = await open(product, county.cityOfficer, aCampaign(county, 'next', { opensAt: inDays(1) }));
    await untilState(product, county.cityOfficer, id, 'SCHEDULED');
    for (const service of subgraphs) expect(await product.stack.healthOf(service)).toBe('ready');
  });
});
