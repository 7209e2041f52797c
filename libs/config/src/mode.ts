import { z } from 'zod';

/**
 * What this process may do with development conveniences: keys made on this machine, a movable clock, tokens without
 * an issuer. Absent means production, so that a forgotten variable is the safe one.
 */
export const modeSchema = z.enum(['production', 'development', 'test']).default('production');

export type Mode = z.infer<typeof modeSchema>;
