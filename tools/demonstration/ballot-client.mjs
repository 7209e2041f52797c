import { sealBallot, verifyManifest } from '@zhijia/ballot';

const paperQuery = `query BallotPaper($campaignId: ID!) {
  ballotServiceKeys
  campaign(id: $campaignId) {
    id titleZh titleEn state
    questionSet { questionZh questionEn gradeLabels { grade labelZh labelEn } }
    targets { id position nameZh nameEn organisation { id } }
    canTakePart { isPossible messageZh messageEn hasTakenPart }
    reward { pointsPerMember standing }
    ballotPaper { slot manifestHash manifestUrl fingerprint }
  }
}`;

const slotQuery = `query BallotSlot($campaignId: ID!) {
  campaign(id: $campaignId) { participation { id } ballotPaper { slot manifestHash } }
}`;

const castMutation = `mutation CastBallot($input: CastBallotInput!) {
  castBallot(input: $input) {
    __typename
    ... on BallotCast { receipt envelopeHash replacedHash isReplayed participation { id } }
    ... on Refusal { code messageZh messageEn }
  }
}`;

/**
 * What a voter's own client does: it reads the ballot paper, checks the signed manifest, seals, casts. The answers leave
 * it sealed only.
 *
 * @param {{ ask: Function, change: Function, read: Function }} gateway
 */
export function openBallotClient({ ask, change, read }) {
  /** Campaign, manifest and the voter's slot; `paper` is null for who may not take part. */
  async function readPaper(identity, campaignId) {
    const { campaign, ballotServiceKeys } = await ask(identity, paperQuery, { campaignId });
    const serviceKeys = JSON.parse(ballotServiceKeys);
    if (campaign === null || campaign.ballotPaper === null) return { campaign, paper: null, serviceKeys };
    const { slot, manifestHash, manifestUrl, fingerprint } = campaign.ballotPaper;
    // From its address, which any cache on the way may answer for: the signature and the hash say that it is the one.
    const manifest = await verifyManifest(await read(manifestUrl), serviceKeys, manifestHash);
    return { campaign, paper: { slot, manifest, manifestHash, fingerprint }, serviceKeys };
  }

  /** The slot alone, for who has the manifest already; null for who may not take part. */
  async function readSlot(identity, campaignId) {
    const { campaign } = await ask(identity, slotQuery, { campaignId });
    const { ballotPaper, participation } = campaign ?? {};
    return ballotPaper == null ? null : { ...ballotPaper, hasTakenPart: participation !== null };
  }

  /**
   * @param {object} vote
   * @param {readonly number[]} vote.answers in the order of the manifest
   * @param {(kept: object) => void} [vote.keep] called before the envelope leaves, so that its codes are never lost
   */
  async function cast(identity, { campaignId, paper, answers, idempotencyKey, keep }) {
    const { manifest, manifestHash, slot } = paper;
    const sealed = await sealBallot({ manifest, manifestHash, slot, grades: answers });
    const ratings = manifest.targetIds.map((targetId, place) => ({
      targetId,
      grade: answers[place],
      code: sealed.codes[place] ?? null,
    }));
    keep?.({ envelopeHash: sealed.envelopeHash, ratings });
    const { receipt, envelopeHash, replacedHash } = await change(
      identity,
      castMutation,
      { campaignId, envelope: sealed.envelope, idempotencyKey },
      'BallotCast',
    );
    return { receipt, envelopeHash, replacedHash, ratings };
  }

  return { readPaper, readSlot, cast };
}
