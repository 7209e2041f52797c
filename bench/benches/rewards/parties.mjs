import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { until } from '../../parts/product.mjs';

const together = 1_000;

/**
 * The two services whose events benefits answers, each played by its own outbox: members registers, evaluations opens
 * campaigns and casts. Their relays send what is written here, and benefits does the rest.
 */
export async function openParties(bench, product, { members: memberCount, points }) {
  const { createDataSource, inTransaction } = await import('@zhijia/database');
  const { Outbox } = await import('@zhijia/messaging');
  const { ballotCast, campaignOpened, memberRegistered } = await import('@zhijia/contracts');
  const open = async (name) => {
    const db = createDataSource({
      url: product.stack.databases[name],
      applicationName: 'bench',
      migrations: [],
      poolSize: 2,
    });
    await db.initialize();
    bench.undo(() => db.destroy());
    return db;
  };
  const [members, evaluations] = await Promise.all([open('members'), open('evaluations')]);
  const benefits = new pg.Client({ connectionString: product.stack.databases.benefits });
  await benefits.connect();
  bench.undo(() => benefits.end());
  const count = async (text, values = []) => (await benefits.query(text, values)).rows[0].n;
  const outbox = new Outbox();

  const tell = async (db, contract, items) => {
    for (let first = 0; first < items.length; first += together) {
      await inTransaction(db, (tx) => outbox.addAll(tx, contract, items.slice(first, first + together)));
    }
  };

  const memberIds = Array.from({ length: memberCount }, () => randomUUID());
  await bench.progress.step(`${memberCount} members with accounts`, async () => {
    const organisationId = randomUUID();
    await tell(
      members,
      memberRegistered,
      memberIds.map((memberId) => ({ aggregateId: memberId, payload: registered(memberId, organisationId) })),
    );
    await until('benefits opened their accounts', async () => {
      const n = await count(`SELECT count(*)::int AS n FROM ledger_account WHERE kind = 'MEMBER'`);
      return n === memberCount ? true : null;
    });
    await benefits.query('VACUUM ANALYZE');
  });

  return {
    memberIds,
    async openCampaign(poolPoints) {
      const campaignId = randomUUID();
      await tell(evaluations, campaignOpened, [
        { aggregateId: campaignId, payload: opened(campaignId, points, poolPoints) },
      ]);
      await until('benefits opened its pool', async () => {
        const n = await count(`SELECT count(*)::int AS n FROM reward_pool WHERE campaign_id = $1`, [campaignId]);
        return n === 1 ? true : null;
      });
      return campaignId;
    },
    castAll: (ballots) =>
      tell(
        evaluations,
        ballotCast,
        ballots.map((payload) => ({ aggregateId: payload.participationId, payload })),
      ),
    /** Nobody is paid from the pool until what this answers is called. */
    async holdPool(campaignId) {
      const holder = new pg.Client({ connectionString: product.stack.databases.benefits });
      await holder.connect();
      await holder.query('BEGIN');
      await holder.query('SELECT FROM reward_pool WHERE campaign_id = $1 FOR UPDATE', [campaignId]);
      return () => holder.end();
    },
    async unpublished() {
      const [{ n }] = await evaluations.query(`SELECT count(*)::int AS n FROM outbox WHERE published_at IS NULL`);
      return n;
    },
    untold: () => count(`SELECT count(*)::int AS n FROM outbox WHERE published_at IS NULL`),
    /** What the pool can still pay: cheap to ask while others are busy. */
    async pointsLeft(campaignId) {
      const { rows } = await benefits.query(
        `SELECT balance_units::int AS points FROM ledger_account
          WHERE id = (SELECT account_id FROM reward_pool WHERE campaign_id = $1)`,
        [campaignId],
      );
      return rows[0].points;
    },
    settled: (campaignId) => count(`SELECT count(*)::int AS n FROM reward WHERE campaign_id = $1`, [campaignId]),
    isGranted: async (participationId) =>
      (await count(`SELECT count(*)::int AS n FROM reward WHERE participation_id = $1 AND status = 'GRANTED'`, [
        participationId,
      ])) === 1,
    async poolOf(campaignId) {
      const { rows } = await benefits.query(
        `SELECT account.balance_units::int AS balance, count(*) FILTER (WHERE reward.status = 'GRANTED')::int AS granted,
                coalesce(sum(reward.points), 0)::int AS points
           FROM reward_pool pool JOIN ledger_account account ON account.id = pool.account_id
           JOIN reward ON reward.campaign_id = pool.campaign_id
          WHERE pool.campaign_id = $1 GROUP BY account.id`,
        [campaignId],
      );
      return rows[0];
    },
  };
}

function registered(memberId, organisationId) {
  return {
    memberId,
    version: 1,
    organisationId,
    status: 'ACTIVE',
    verification: 'UNION_ATTESTED',
    strata: ['OTHER'],
    joinedOn: '2020-01-01',
  };
}

function opened(campaignId, pointsPerMember, poolPoints) {
  const now = Date.now();
  return {
    campaignId,
    organiserId: randomUUID(),
    opensAt: new Date(now).toISOString(),
    closesAt: new Date(now + 7 * 86_400_000).toISOString(),
    reward: { pointsPerMember, poolPoints },
  };
}
