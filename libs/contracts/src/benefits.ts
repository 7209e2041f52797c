import { z } from 'zod';
import { defineEvent } from './event-contract.js';
import { instant } from './values.js';

/** What taking part brought one member: told once per participation. */
export const rewardSettled = defineEvent({
  type: 'benefits.reward-settled.v1',
  topic: 'benefits.reward',
  schema: z.object({
    participationId: z.uuid(),
    campaignId: z.uuid(),
    memberId: z.uuid(),
    outcome: z.enum(['GRANTED', 'POOL_EMPTY']),
    points: z.number().int().min(0),
  }),
});

/** The pool of a campaign cannot pay the next member; later voters are told before they vote. */
export const rewardPoolEmptied = defineEvent({
  type: 'benefits.reward-pool-emptied.v1',
  topic: 'benefits.reward-pool',
  schema: z.object({ campaignId: z.uuid(), emptiedAt: instant }),
});

/** A member spent points on an offer. */
export const offerRedeemed = defineEvent({
  type: 'benefits.offer-redeemed.v1',
  topic: 'benefits.redemption',
  schema: z.object({
    redemptionId: z.uuid(),
    offerId: z.uuid(),
    memberId: z.uuid(),
    points: z.number().int().positive(),
    redeemedAt: instant,
  }),
});
