import { z } from 'zod';
import { defineEvent } from './event-contract.js';
import { basisPoints, instant } from './values.js';

/** A campaign's manifest is signed: members can prepare, and vote from `opensAt` to `closesAt`. */
export const campaignOpened = defineEvent({
  type: 'evaluations.campaign-opened.v1',
  topic: 'evaluations.campaign',
  schema: z.object({
    campaignId: z.uuid(),
    organiserId: z.uuid(),
    opensAt: instant,
    closesAt: instant,
    /** Points for taking part, the same for everybody and never by grade; null where nothing is promised. */
    reward: z
      .object({ pointsPerMember: z.number().int().positive(), poolPoints: z.number().int().positive() })
      .nullable(),
  }),
});

/** An officer annulled the campaign; what followed from it is withdrawn, what was earned by taking part stays. */
export const campaignAnnulled = defineEvent({
  type: 'evaluations.campaign-annulled.v1',
  topic: 'evaluations.campaign',
  schema: z.object({ campaignId: z.uuid(), annulledAt: instant }),
});

/** A member took part, told once, at the first ballot; nothing of content, hash or replacement (docs/ballot.md). */
export const ballotCast = defineEvent({
  type: 'evaluations.ballot-cast.v1',
  topic: 'evaluations.participation',
  schema: z.object({
    participationId: z.uuid(),
    campaignId: z.uuid(),
    memberId: z.uuid(),
    /** The terms under which the member took part; 0 where nothing is promised. */
    rewardPoints: z.number().int().min(0),
  }),
});

/** The campaign ended. Only a PUBLISHED one has targets below the line. */
export const evaluationFinished = defineEvent({
  type: 'evaluations.evaluation-finished.v1',
  topic: 'evaluations.campaign',
  schema: z.object({
    campaignId: z.uuid(),
    organiserId: z.uuid(),
    outcome: z.enum(['PUBLISHED', 'NOT_VALID', 'WITHOUT_RESULT']),
    finishedAt: instant,
    /** SHA-256 of the board's bytes, hex; null without a board. */
    boardHash: z.string().nullable(),
    below: z.array(
      z.object({
        targetId: z.uuid(),
        organisationId: z.uuid(),
        passShareBasisPoints: basisPoints,
        passLineBasisPoints: basisPoints,
      }),
    ),
    /** Policy key to the version that the decision used. */
    policyVersions: z.record(z.string(), z.number().int().min(0)),
  }),
});

/** Somebody who took part rated a published rectification: the figures after it. */
export const rectificationRated = defineEvent({
  type: 'evaluations.rectification-rated.v1',
  topic: 'evaluations.rectification-rating',
  schema: z.object({
    rectificationId: z.uuid(),
    campaignId: z.uuid(),
    answers: z.number().int().positive(),
  }),
});
