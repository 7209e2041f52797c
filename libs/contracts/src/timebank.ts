import { z } from 'zod';
import { defineEvent } from './event-contract.js';
import { instant } from './values.js';

/** Minutes of a visit were posted to a depositor's account. */
export const visitPosted = defineEvent({
  type: 'timebank.visit-posted.v1',
  topic: 'timebank.transfer',
  schema: z.object({
    transferId: z.uuid(),
    visitId: z.uuid(),
    accountId: z.uuid(),
    memberId: z.uuid(),
    minutes: z.number().int().positive(),
    postedAt: instant,
  }),
});

/** A posted visit was taken back by a linked transfer the other way round. */
export const visitReversed = defineEvent({
  type: 'timebank.visit-reversed.v1',
  topic: 'timebank.transfer',
  schema: z.object({
    transferId: z.uuid(),
    /** The transfer that posted the visit; both events carry it as their key. */
    reversesTransferId: z.uuid(),
    visitId: z.uuid(),
    accountId: z.uuid(),
    memberId: z.uuid(),
    minutes: z.number().int().positive(),
    reversedAt: instant,
  }),
});
