import { setTimeout as sleep } from 'node:timers/promises';
import { visitPosted } from '@zhijia/contracts';
import { until } from '@zhijia/testing';
import pg from 'pg';
import { openBroker } from './support/broker.js';
import { aCampaign, castBallot, close, open, readBoard, seal, untilState } from './support/campaign.js';
import { compareOnce, noDifferences } from './support/compare-once.js';
import { countyMembers, importCounty, type County } from './support/county.js';
import { openProduct, type Person, type Product } from './support/product.js';
import { tellSteps } from './support/tell-steps.js';

const memberCount = 16;
const pointsPerMember = 200;
const poolPoints = 100 * pointsPerMember;
const orders = Array.from({ length: memberCount }, (_, order) => order);

/**
 * Days on which parts of the product die: what was acknowledged is there once, whenever the process ended, and who asks
 * meanwhile gets the rest of the answer. Clients do what `docs/codes.md` tells them: repeat what is retryable, with the
 * same key.
 */
describe('bad days', () => {
  let product: Product;
  let county: County;
  /** The one during which evaluations dies, and the one during which benefits does. */
  let firstId = '';
  let secondId = '';
  const members = countyMembers(memberCount);

  const step = tellSteps();

  beforeAll(async () => {
    product = await openProduct();
    county = await importCounty(product, members);
    const reward = { poolPoints, pointsPerMember };
    firstId = await open(product, county.cityOfficer, aCampaign(county, 'first', { reward }));
    secondId = await open(product, county.cityOfficer, aCampaign(county, 'second', { reward }));
    for (const id of [firstId, secondId]) await untilState(product, county.cityOfficer, id, 'OPEN');
  }, 180_000);
  afterAll(() => product?.stop(), 60_000);

  /** Repeats one mutation, the same each time, for as long as the answer says that it can be. */
  async function patiently(person: Person, mutation: string, input: object) {
    for (let attempts = 1; ; attempts += 1) {
      const { data, errors = [] } = await product.ask(person, mutation, { input });
      const [answer = null] = Object.values((data ?? {}) as Record<string, Record<string, unknown> | null>);
      if (answer !== null && errors.length === 0) return { answer, attempts };
      const refused = errors.find(({ extensions }) => extensions?.['retryable'] !== true);
      if (refused !== undefined || attempts > 300) throw new Error(`Not retryable: ${JSON.stringify(errors)}`);
      await sleep(100);
    }
  }

  async function castPatiently(order: number, campaignId: string, envelope: string) {
    const input = { campaignId, envelope, idempotencyKey: `ballot-${order}-${campaignId}` };
    const { answer, attempts } = await patiently(county.member(order), castBallot, input);
    expect(answer).toMatchObject({ __typename: 'BallotCast', replacedHash: null });
    return { envelopeHash: String(answer['envelopeHash']), attempts };
  }

  const sealFor = (order: number, campaignId: string) =>
    seal(product, county.member(order), campaignId, [1 + (order % 2), 1, 6]);

  async function rewardedIn(campaignId: string): Promise<string[]> {
    const rewarded = await product.rows<{ id: string }>(
      'benefits',
      `SELECT member_id AS id FROM reward WHERE campaign_id = $1 AND status = 'GRANTED'`,
      [campaignId],
    );
    return rewarded.map(({ id }) => id);
  }
  const memberIds = () => orders.map((order) => county.member(order).memberId);

  step('when evaluations dies while members vote, each acknowledged ballot counts, and none twice', async () => {
    const sealed = await Promise.all(orders.map((order) => sealFor(order, firstId)));
    let acknowledged = 0;
    const dying = Promise.withResolvers<void>();
    const casting = Promise.all(
      orders.map(async (order) => {
        // Half of them while it lives or dies, half when it is dead.
        await (order < memberCount / 2 ? sleep(order * 15) : dying.promise);
        const receipt = await castPatiently(order, firstId, sealed[order]!.envelope);
        acknowledged += 1;
        return receipt;
      }),
    );
    await until(async () => acknowledged >= 4, { what: 'the first ballots', everyMs: 1 });
    const killing = product.stack.kill('evaluations');
    dying.resolve();
    await killing;
    expect(acknowledged).toBeLessThan(memberCount);
    await product.stack.start('evaluations');
    const receipts = await casting;
    expect(receipts.some(({ attempts }) => attempts > 1)).toBe(true);

    await close(product, county.cityOfficer, firstId);
    await untilState(product, county.cityOfficer, firstId, 'PUBLISHED');
    const board = (await readBoard(product, firstId)).trimEnd().split('\n');
    const onBoard = board
      .map((line) => JSON.parse(line) as { kind: string; hashes?: string[] })
      .flatMap(({ kind, hashes }) => (kind === 'hashes' ? (hashes ?? []) : []));
    const promised = receipts.map(({ envelopeHash }) => envelopeHash);
    expect(compareOnce(promised, onBoard)).toEqual(noDifferences);
    const { campaign } = await product.read(
      county.cityOfficer,
      `query ($id: ID!) { campaign(id: $id) { results { cast counted replaced spoiled } } }`,
      { id: firstId },
    );
    expect(campaign.results).toEqual({ cast: memberCount, counted: memberCount, replaced: 0, spoiled: 0 });

    // The comparison sees a ballot that is lost, one that counts twice, and one that nobody cast.
    const [first = '', ...others] = onBoard;
    expect(compareOnce(promised, others)).toEqual({ ...noDifferences, lost: [first] });
    expect(compareOnce(promised, [...onBoard, first])).toEqual({ ...noDifferences, doubled: [first] });
    expect(compareOnce(promised, [...onBoard, 'forged'])).toEqual({ ...noDifferences, unexpected: ['forged'] });
  });

  step('and each voter is rewarded once for it', async () => {
    await until(async () => (await rewardedIn(firstId)).length >= memberCount, {
      what: 'the rewards',
      withinMs: 45_000,
    });
    expect(compareOnce(memberIds(), await rewardedIn(firstId))).toEqual(noDifferences);
  });

  step('when benefits dies in the middle of a transaction, members vote on and are told what is missing', async () => {
    // Holds the account of the pool, so that the settlement stands still with its work half done.
    const holder = new pg.Client({ connectionString: product.stack.databases.benefits });
    await holder.connect();
    try {
      await holder.query('BEGIN');
      await holder.query(
        'SELECT 1 FROM ledger_account WHERE id = (SELECT account_id FROM reward_pool WHERE campaign_id = $1) FOR UPDATE',
        [secondId],
      );
      for (const order of orders.slice(0, 6)) {
        await castPatiently(order, secondId, (await sealFor(order, secondId)).envelope);
      }
      await until(
        async () =>
          (
            await product.rows(
              'benefits',
              `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
            )
          ).length > 0,
        { what: 'benefits to settle' },
      );
      await product.stack.kill('benefits');
    } finally {
      await holder.end();
    }
    expect(await rewardedIn(secondId)).toEqual([]);

    const home = await product.ask(
      county.member(6),
      `{ me { maskedName organisation { nameZh } timeAccount { balanceMinutes } points: pointsAccount { balancePoints }
           awaitingCampaigns { id reward { standing } } } }`,
    );
    expect(home.data?.me).toEqual({
      maskedName: '测**',
      organisation: { nameZh: '丙厂工会' },
      timeAccount: { balanceMinutes: 0 },
      points: null,
      awaitingCampaigns: [{ id: secondId, reward: { standing: 'AVAILABLE' } }],
    });
    expect(home.errors).toHaveLength(1);
    expect(home.errors?.[0]?.extensions).toEqual({
      code: 'SUBGRAPH_UNAVAILABLE',
      retryable: true,
      missing: ['points'],
    });
    for (const order of orders.slice(6)) {
      await castPatiently(order, secondId, (await sealFor(order, secondId)).envelope);
    }
  });

  step('and killed again while it catches up, it rewards each member once in the end', async () => {
    await product.stack.start('benefits');
    await until(async () => (await rewardedIn(secondId)).length > 0, {
      what: 'the first rewards',
      withinMs: 45_000,
      everyMs: 2,
    });
    await product.stack.kill('benefits');
    await product.stack.start('benefits');
    await until(async () => (await rewardedIn(secondId)).length >= memberCount, {
      what: 'the rewards',
      withinMs: 45_000,
    });
    expect(compareOnce(memberIds(), await rewardedIn(secondId))).toEqual(noDifferences);
    const { campaign } = await product.read(
      county.cityOfficer,
      `query ($id: ID!) { campaign(id: $id) { rewardPool { remainingPoints } } }`,
      { id: secondId },
    );
    expect(campaign.rewardPool.remainingPoints).toBe(poolPoints - memberCount * pointsPerMember);
    for (const order of orders) {
      const { me } = await product.read(county.member(order), '{ me { pointsAccount { balancePoints } } }');
      expect(me.pointsAccount.balancePoints).toBe(2 * pointsPerMember);
    }
  });

  step('a service that is stopped politely and started again loses no hours and posts none twice', async () => {
    const postVisit = `mutation ($input: PostVisitInput!) {
      postVisit(input: $input) { __typename ... on VisitPosted { visit { id } } ... on Refusal { code } }
    }`;
    const endedAt = new Date(Date.now() - 3_600_000).toISOString();
    const startedAt = new Date(Date.now() - 2 * 3_600_000).toISOString();
    let acknowledged = 0;
    const posting = Promise.all(
      orders.map(async (order) => {
        await sleep(order * 25);
        const { answer } = await patiently(county.cityOfficer, postVisit, {
          idempotencyKey: `visit-${order}`,
          depositorMemberId: county.member(order).memberId,
          kind: 'COMPANIONSHIP',
          startedAt,
          endedAt,
        });
        expect(answer).toMatchObject({ __typename: 'VisitPosted' });
        acknowledged += 1;
        return (answer as { visit: { id: string } }).visit.id;
      }),
    );
    await until(async () => acknowledged >= 3, { what: 'the first visits', everyMs: 1 });
    await product.stack.restart('timebank');
    const visitIds = await posting;
    for (const order of orders) {
      const { me } = await product.read(
        county.member(order),
        '{ me { timeAccount { balanceMinutes passbook { edges { node { minutes } } } } } }',
      );
      expect(me.timeAccount).toEqual({ balanceMinutes: 60, passbook: { edges: [{ node: { minutes: 60 } }] } });
    }
    await until(
      async () => (await product.rows('timebank', 'SELECT 1 FROM outbox WHERE published_at IS NULL')).length === 0,
      { what: 'the visits to be told' },
    );
    const broker = await openBroker(product.stack.kafka);
    try {
      const told = new Map(
        (await broker.readAll())
          .filter(({ headers }) => headers['ce_type'] === visitPosted.type)
          .map(({ headers, value }) => [headers['ce_id'], visitPosted.schema.parse(JSON.parse(value))]),
      );
      expect(
        compareOnce(
          visitIds,
          [...told.values()].map((visit) => (visit as { visitId: string }).visitId),
        ),
      ).toEqual(noDifferences);
    } finally {
      await broker.close();
    }
  });

  step('after all of it the books balance, and no event is a dead letter', async () => {
    for (const service of ['timebank', 'benefits'] as const) {
      const drifts = await product.rows(
        service,
        `SELECT account.id FROM ledger_account AS account LEFT JOIN ledger_entry AS entry ON entry.account_id = account.id
          GROUP BY account.id HAVING account.balance_units <> coalesce(sum(entry.units), 0)`,
      );
      expect({ service, drifts }).toEqual({ service, drifts: [] });
    }
    for (const service of ['members', 'timebank', 'evaluations', 'benefits'] as const) {
      expect(await product.rows(service, 'SELECT error_code FROM dead_letter')).toEqual([]);
    }
  });
});
