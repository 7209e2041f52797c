import { openCampaign } from '../../bench/parts/county.mjs';
import { until } from '../../bench/parts/product.mjs';
import { sealBallot, verifyManifest } from '@zhijia/ballot';

const paperQuery = `query BallotPaper($id: ID!) {
  ballotServiceKeys
  campaign(id: $id) { ballotPaper { manifest manifestHash } }
}`;

const castMutation = `mutation CastBallot($input: CastBallotInput!) {
  castBallot(input: $input) {
    __typename
    ... on BallotCast { receipt envelopeHash replacedHash isReplayed participation { id } }
    ... on Refusal { code }
  }
}`;

const pointsPerMember = 100;

/**
 * A campaign over the scene's county, its voters, and what they were told.
 *
 * @param {object} fault
 * @param {object} scene from `fault.scene()`
 * @param {object} [changes] to the campaign's input
 * @param {object} [leaning]
 * @param {number} [leaning.badTargets] so many of the first targets get the worst grades: they will fall below the line
 */
export async function openElection(fault, { product, county }, changes = {}, { badTargets = 0 } = {}) {
  const { id } = await openCampaign(fault, product, county, {
    idempotencyKey: fault.label,
    titleEn: fault.label,
    reward: { poolPoints: 9_000_000, pointsPerMember },
    ...changes,
  });
  const rows = await product.rows(
    'evaluations',
    `SELECT member_id AS "memberId", organisation_id AS "organisationId", slot FROM electorate_slot
      WHERE campaign_id = $1 ORDER BY member_id`,
    [id],
  );
  const voters = fault.random('voters').shuffle(rows).map(asVoter);
  const paper = await product.ask(voters[0].person, paperQuery, { id });
  const { manifest, manifestHash } = paper.campaign.ballotPaper;
  const verified = await verifyManifest(manifest, JSON.parse(paper.ballotServiceKeys));
  const random = fault.random('grades');

  /** Another ballot of this voter, sealed: `{ grades, input }`, to be sent as often as it takes. */
  async function seal(voter) {
    const grades = verified.targetIds.map((_, place) => random.between(...(place < badTargets ? [4, 5] : [1, 6])));
    const sealed = await sealBallot({ manifest: verified, manifestHash, slot: voter.slot, grades });
    voter.sealed += 1;
    const idempotencyKey = `ballot-${voter.sealed}`;
    return {
      grades,
      envelopeHash: sealed.envelopeHash,
      codes: sealed.codes,
      input: { campaignId: id, envelope: sealed.envelope, idempotencyKey },
    };
  }

  /** Casts one ballot through the gateway, however long it takes; what the phone is told is kept with the voter. */
  async function cast(phones, verdict, voter) {
    const ballot = await seal(voter);
    const answer = await phones.change(voter.person, castMutation, ballot.input);
    if (answer === null) return;
    if (answer.__typename !== 'BallotCast' || answer.envelopeHash !== ballot.envelopeHash) {
      verdict.wrong('a ballot was not taken', answer);
      return;
    }
    const before = voter.told.at(-1)?.envelopeHash ?? null;
    if (answer.replacedHash !== before) verdict.wrong('a receipt names another ballot as replaced', answer);
    voter.told.push({ ...ballot, participationId: answer.participation.id });
  }

  const acknowledged = () => voters.filter(({ told }) => told.length > 0);

  return {
    id,
    voters,
    pointsPerMember,
    closesAt: verified.window.closesAt,
    targetIds: verified.targetIds,
    manifest: verified,
    castMutation,
    seal,
    cast,
    acknowledged,
    /** Waits until everything that follows from the ballots has happened, or long enough. @returns whether it did */
    async untilRewarded(withinMs) {
      const wanted = acknowledged().length;
      return until(
        'the rewards',
        async () => {
          const [{ n }] = await product.rows(
            'benefits',
            `SELECT count(*)::int AS n FROM reward WHERE campaign_id = $1`,
            [id],
          );
          return n >= wanted ? true : null;
        },
        { withinMs },
      ).catch(() => false);
    },
  };

  function asVoter({ memberId, organisationId, slot }) {
    const roles = [{ role: 'member', organisationId }];
    return {
      memberId,
      organisationId,
      slot,
      sealed: 0,
      told: [],
      person: { audience: 'mobile', subject: memberId, memberId, roles },
    };
  }
}

/** Compares what voters were told with the rows of both databases: ballots, marks, rewards, points. */
export async function judgeElection({ product }, election, verdict) {
  const { id } = election;
  const told = election.acknowledged();
  const ballots = await product.rows(
    'evaluations',
    `SELECT encode(envelope_hash, 'hex') AS hash, slot, envelope IS NOT NULL AS "isCurrent" FROM ballot WHERE campaign_id = $1`,
    [id],
  );
  verdict.compareOnce(
    'ballot',
    told.flatMap((voter) => voter.told.map(({ envelopeHash }) => envelopeHash)),
    ballots.map(({ hash }) => hash),
  );
  verdict.compareOnce(
    'current ballot',
    told.map((voter) => `${voter.slot} ${voter.told.at(-1).envelopeHash}`),
    ballots.filter(({ isCurrent }) => isCurrent).map(({ slot, hash }) => `${slot} ${hash}`),
  );
  const marks = await product.rows(
    'evaluations',
    `SELECT id, member_id AS "memberId" FROM participation WHERE campaign_id = $1`,
    [id],
  );
  verdict.compareOnce(
    'participation',
    told.map((voter) => `${voter.memberId} ${voter.told[0].participationId}`),
    marks.map((mark) => `${mark.memberId} ${mark.id}`),
  );
  await judgeRewards(product, election, told, verdict);
  await judgeDelivery(product, election, verdict);
}

async function judgeRewards(product, { id, pointsPerMember: points }, told, verdict) {
  const rewards = await product.rows(
    'benefits',
    `SELECT participation_id AS "participationId", status FROM reward WHERE campaign_id = $1`,
    [id],
  );
  verdict.compareOnce(
    'reward',
    told.map((voter) => `${voter.told[0].participationId} GRANTED`),
    rewards.map(({ participationId, status }) => `${participationId} ${status}`),
  );
  // Points that moved out of this campaign's pool, by who got them.
  const moved = await product.rows(
    'benefits',
    `SELECT account.owner_id AS "memberId", count(*)::int AS times, sum(entry.units)::int AS points
       FROM reward_pool AS pool
       JOIN ledger_transfer AS transfer ON transfer.from_account_id = pool.account_id
       JOIN ledger_entry AS entry ON entry.transfer_id = transfer.id AND entry.account_id = transfer.to_account_id
       JOIN ledger_account AS account ON account.id = entry.account_id AND account.kind = 'MEMBER'
      WHERE pool.campaign_id = $1 GROUP BY account.owner_id`,
    [id],
  );
  const byMember = new Map(moved.map((row) => [row.memberId, row]));
  for (const { memberId } of told) {
    const got = byMember.get(memberId)?.points ?? 0;
    if (got < points) verdict.lost('points', { memberId, got });
    if (got > points) verdict.doubled('points', { memberId, got });
    byMember.delete(memberId);
  }
  for (const [memberId] of byMember) verdict.wrong('points without a ballot', memberId);
}

/** Every event of the ballots was sent, and each reaction to it has seen it. */
async function judgeDelivery(product, { id }, verdict) {
  const sent = await product.rows(
    'evaluations',
    `SELECT event_id AS id, published_at IS NOT NULL AS "isPublished" FROM outbox
      WHERE type = 'evaluations.ballot-cast.v1' AND payload->>'campaignId' = $1`,
    [id],
  );
  const seen = await product.rows(
    'benefits',
    `SELECT event_id AS id FROM inbox WHERE consumer = 'settle-rewards-when-ballot-cast' AND event_id = ANY($1)`,
    [sent.map((event) => event.id)],
  );
  const received = new Set(seen.map((event) => event.id));
  for (const event of sent) {
    if (!event.isPublished) verdict.lost('an event stayed in the outbox', event.id);
    else if (!received.has(event.id)) verdict.lost('an event without its inbox row', event.id);
  }
}

/** What must hold in every database, whatever happened: books that balance, and no event that this run had given up. */
export async function judgeBooks(fault, { product }, verdict) {
  for (const service of ['timebank', 'benefits']) {
    const drifts = await product.rows(
      service,
      `SELECT account.id FROM ledger_account AS account LEFT JOIN ledger_entry AS entry ON entry.account_id = account.id
        GROUP BY account.id HAVING account.balance_units <> coalesce(sum(entry.units), 0)`,
    );
    for (const { id } of drifts) verdict.wrong(`a balance of ${service} is not the sum of its entries`, id);
  }
  for (const service of ['members', 'timebank', 'evaluations', 'benefits']) {
    const letters = await product.rows(
      service,
      `SELECT error_code AS code, reaction FROM dead_letter WHERE failed_at > zhijia_now() - make_interval(secs => $1)`,
      [fault.elapsedSeconds()],
    );
    for (const letter of letters) verdict.wrong(`a dead letter in ${service}`, letter);
  }
}
