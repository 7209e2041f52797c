import { readConfig } from '@zhijia/config';
import { readSubgraphConfig } from '@zhijia/subgraph';
import { z } from 'zod';

const timebankEnvSchema = z.object({
  /** Whose policies hold for time accounts of this installation, such as `CN/44/07`. */
  POLICY_REGION: z.string().default('CN'),
});

export type TimebankConfig = ReturnType<typeof readTimebankConfig>;

/** The only reader of the environment in this service. */
export function readTimebankConfig(env: Readonly<Record<string, string | undefined>> = process.env) {
  const own = readConfig(timebankEnvSchema, env);
  return { ...readSubgraphConfig(env), policyRegion: own.POLICY_REGION } as const;
}
