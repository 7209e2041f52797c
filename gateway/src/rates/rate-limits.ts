import { audiences } from '@zhijia/access';
import { z } from 'zod';

const rateSchema = z
  .strictObject({
    requestsPerMinute: z.number().int().positive(),
    /** In objects that operations may be answered with. */
    costPerMinute: z.number().int().positive(),
  })
  .nullable();

export type Rate = NonNullable<z.infer<typeof rateSchema>>;

/** Of one audience: what one person and what one client (an application, or a partner's server) may ask. */
const audienceRatesSchema = z.strictObject({ member: rateSchema, client: rateSchema });

export const rateLimitsSchema = z.partialRecord(z.enum(audiences), audienceRatesSchema);

export type RateLimits = z.infer<typeof rateLimitsSchema>;

/** An application on phones and the dashboard serve everybody: there the person counts. A partner's server is nobody. */
export const usualRateLimits: RateLimits = {
  mobile: { member: { requestsPerMinute: 300, costPerMinute: 60_000 }, client: null },
  dashboard: { member: { requestsPerMinute: 600, costPerMinute: 300_000 }, client: null },
  bank: { member: null, client: { requestsPerMinute: 6_000, costPerMinute: 300_000 } },
};
