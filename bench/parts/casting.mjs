import { encodeBallot, verifyManifest } from '@zhijia/ballot';
import { openClosedLoop } from '../load/closed-loop.mjs';
import { randomBytes, sealerOf } from '../load/seal-with-openssl.mjs';

const castMutation = `mutation Cast($input: CastBallotInput!) {
  castBallot(input: $input) {
    __typename
    ... on BallotCast { receipt envelopeHash replacedHash isReplayed participation { id } }
    ... on Refusal { code messageZh messageEn }
  }
}`;

/**
 * What each member's own client would send: paper by the graph, manifest by its address, envelope for the own slot.
 *
 * @param {number} [most] of the electorate, so many
 * @returns a `{ authorization, body }` for each
 */
export async function sealVotes(product, campaign, most = 1_000_000) {
  const voters = await product.rows(
    'evaluations',
    `SELECT slot, member_id AS id, organisation_id AS "organisationId" FROM electorate_slot
      WHERE campaign_id = $1 ORDER BY slot LIMIT $2`,
    [campaign.id, most],
  );
  const personOf = ({ id, organisationId }) => ({
    audience: 'mobile',
    subject: id,
    memberId: id,
    roles: [{ role: 'member', organisationId }],
  });
  const { ballotServiceKeys, campaign: asked } = await product.ask(
    personOf(voters[0]),
    `query ($id: ID!) { ballotServiceKeys campaign(id: $id) { ballotPaper { slot manifestHash manifestUrl } } }`,
    { id: campaign.id },
  );
  const { slot, manifestHash, manifestUrl } = asked.ballotPaper;
  if (slot !== voters[0].slot) throw new Error('The ballot paper names the slot of another member');
  const file = await fetch(new URL(manifestUrl, product.stack.gateway.mobile));
  const manifest = await verifyManifest(await file.text(), JSON.parse(ballotServiceKeys), manifestHash);
  const seal = sealerOf({ manifest, manifestHash });
  const votes = [];
  for (const voter of voters) {
    const answers = Uint8Array.from(randomBytes(manifest.targetIds.length), (byte) => 1 + (byte % 3));
    const codes = Uint8Array.from(randomBytes(manifest.targetIds.length * 8));
    const { envelope } = seal(voter.slot, encodeBallot(answers, codes));
    votes.push({
      authorization: `Bearer ${await product.token(personOf(voter))}`,
      body: JSON.stringify({
        operationName: 'Cast',
        query: castMutation,
        variables: { input: { campaignId: campaign.id, envelope, idempotencyKey: 'first' } },
      }),
    });
  }
  return votes;
}

/** Casts each of these votes once, in closed loops. @returns `{ loop, cast() }`, which says how many were sent */
export function openCasting(bench, product, votes, clients) {
  const url = new URL(product.stack.gateway.mobile);
  let next = 0;
  const loop = openClosedLoop({
    origin: url.origin,
    clients,
    request: () => {
      const vote = votes[next];
      if (vote === undefined) throw new Error(`All ${votes.length} members have voted: take more with --members`);
      next += 1;
      const headers = {
        'content-type': 'application/json',
        accept: 'application/json',
        authorization: vote.authorization,
      };
      return { path: url.pathname, headers, body: vote.body };
    },
    wrong: ({ status, body }) =>
      status === 200 && body.includes('"__typename":"BallotCast"') ? null : `${status} ${body.subarray(0, 400)}`,
  });
  bench.undo(() => loop.close());
  return { loop, cast: () => next };
}
