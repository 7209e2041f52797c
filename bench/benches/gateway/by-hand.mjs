/**
 * The limit of the bench `gateway`: the home query's fetches and their join written by hand behind plain node:http, over
 * kept connections. It knows this one operation: no schema, no plan, no identity, no limits, no log.
 *
 * PORT; SUBGRAPHS: JSON of `{ <name>: <port> }`.
 */
import { createServer } from 'node:http';
import { Pool } from 'undici';

const pools = Object.fromEntries(
  Object.entries(JSON.parse(process.env.SUBGRAPHS)).map(([name, port]) => [
    name,
    new Pool(`http://127.0.0.1:${port}`, { connections: 128, pipelining: 1 }),
  ]),
);

const entities = (fields) =>
  `query ($representations: [_Any!]!) { _entities(representations: $representations) { ${fields} } }`;
const queries = {
  me: JSON.stringify({ query: '{ me { __typename id maskedName organisation { nameZh } } }' }),
  minutes: entities('... on Member { timeAccount { balanceMinutes } }'),
  points: entities('... on Member { pointsAccount { balancePoints } }'),
  campaigns: entities(`... on Member { awaitingCampaigns {
    __typename id titleZh closesAt reward { pointsPerMember poolPoints standing }
    canTakePart { isPossible obstacle messageZh hasTakenPart } } }`),
  pools: entities('... on Campaign { rewardPool { promisedPointsPerMember remainingPoints isEmpty } }'),
};

createServer((request, response) => {
  const { authorization } = request.headers;
  request.resume();
  home(authorization).then(
    (answer) => {
      response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
      response.end(JSON.stringify(answer));
    },
    (error) => {
      response.writeHead(500);
      response.end(String(error));
    },
  );
}).listen(Number(process.env.PORT), '127.0.0.1');

async function home(authorization) {
  const { me } = await ask('members', queries.me, authorization);
  const member = [{ __typename: 'Member', id: me.id }];
  const [minutes, points, withCampaigns] = await Promise.all([
    ask('timebank', bodyOf(queries.minutes, member), authorization),
    ask('benefits', bodyOf(queries.points, member), authorization),
    ask('evaluations', bodyOf(queries.campaigns, member), authorization),
  ]);
  const { awaitingCampaigns } = withCampaigns._entities[0];
  const references = awaitingCampaigns.map(({ id }) => ({ __typename: 'Campaign', id }));
  const withPools = await ask('benefits', bodyOf(queries.pools, references), authorization);
  return {
    data: {
      me: {
        maskedName: me.maskedName,
        organisation: me.organisation,
        timeAccount: minutes._entities[0].timeAccount,
        pointsAccount: points._entities[0].pointsAccount,
        awaitingCampaigns: awaitingCampaigns.map(({ id, titleZh, closesAt, reward, canTakePart }, index) => ({
          id,
          titleZh,
          closesAt,
          reward,
          rewardPool: withPools._entities[index].rewardPool,
          canTakePart,
        })),
      },
    },
  };
}

function bodyOf(query, representations) {
  return JSON.stringify({ query, variables: { representations } });
}

function ask(subgraph, body, authorization) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    pools[subgraph].dispatch(
      { method: 'POST', path: '/graphql', headers: { 'content-type': 'application/json', authorization }, body },
      {
        onRequestStart() {},
        onResponseStart() {},
        onResponseData(_controller, chunk) {
          chunks.push(chunk);
        },
        onResponseEnd() {
          resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')).data);
        },
        onResponseError(_controller, error) {
          reject(error);
        },
      },
    );
  });
}
