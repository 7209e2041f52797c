/**
 * The limit of the bench `graph`: the same answer by one SQL join behind plain node:http. No graph, no identity, no
 * rules; what it costs is what PostgreSQL, its driver and HTTP cost on this machine.
 */
import { createServer } from 'node:http';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 16 });
pg.types.setTypeParser(pg.types.builtins.INT8, Number);
pg.types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, (text) => new Date(text).toISOString());

/** Named, so that it is planned once for each connection. */
const home = {
  name: 'home',
  text: `
    SELECT member.masked_name, organisation.name_zh, time_account.balance_minutes, points_account.balance_points,
           campaign.id AS campaign_id, campaign.title_zh, campaign.closes_at, campaign.points_per_member,
           campaign.pool_points, campaign.is_pool_empty, campaign.opens_at <= now() AS has_begun,
           reward_pool.points_per_member AS promised_points, reward_pool.remaining_points,
           reward_pool.is_empty
      FROM member
      JOIN organisation ON organisation.id = member.organisation_id
      LEFT JOIN time_account ON time_account.member_id = member.id
      LEFT JOIN points_account ON points_account.member_id = member.id
      LEFT JOIN (electorate_slot
                 JOIN campaign ON campaign.id = electorate_slot.campaign_id AND campaign.state = 'OPEN'
                  AND campaign.closes_at > now()
                 LEFT JOIN reward_pool ON reward_pool.campaign_id = campaign.id)
        ON electorate_slot.member_id = member.id
       AND NOT EXISTS (SELECT 1 FROM participation
                        WHERE participation.member_id = member.id AND participation.campaign_id = campaign.id)
     WHERE member.id = $1
     ORDER BY campaign.closes_at, campaign.id`,
};

const server = createServer((request, response) => {
  const memberId = request.url.slice(request.url.indexOf('=') + 1);
  pool.query({ ...home, values: [memberId] }).then(
    ({ rows }) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ data: { me: answerOf(rows) } }));
    },
    (error) => {
      response.writeHead(500, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ errors: [{ message: error.message }] }));
    },
  );
});

function answerOf(rows) {
  const [first] = rows;
  if (first === undefined) return null;
  return {
    maskedName: first.masked_name,
    organisation: { nameZh: first.name_zh },
    timeAccount: first.balance_minutes === null ? null : { balanceMinutes: first.balance_minutes },
    pointsAccount: first.balance_points === null ? null : { balancePoints: first.balance_points },
    awaitingCampaigns: first.campaign_id === null ? [] : rows.map(campaignOf),
  };
}

function campaignOf(row) {
  return {
    id: row.campaign_id,
    titleZh: row.title_zh,
    closesAt: row.closes_at,
    reward:
      row.pool_points === null
        ? null
        : {
            pointsPerMember: row.points_per_member,
            poolPoints: row.pool_points,
            standing: row.is_pool_empty ? 'POOL_EMPTY' : 'AVAILABLE',
          },
    rewardPool:
      row.promised_points === null
        ? null
        : {
            promisedPointsPerMember: row.promised_points,
            remainingPoints: row.remaining_points,
            isEmpty: row.is_empty,
          },
    canTakePart: row.has_begun
      ? { isPossible: true, obstacle: null, messageZh: '您可以参评。', hasTakenPart: false }
      : { isPossible: false, obstacle: 'NOT_YET_OPEN', messageZh: '评议尚未开始。', hasTakenPart: false },
  };
}

server.keepAliveTimeout = 75_000;
server.listen(Number(process.env.PORT), '127.0.0.1');
