import { readConfig } from '@zhijia/config';
import { consentGrantEnv, readSubgraphConfig } from '@zhijia/subgraph';
import { z } from 'zod';

const schema = z.object(consentGrantEnv);

export type BenefitsConfig = ReturnType<typeof readBenefitsConfig>;

/** The only reader of the environment in this service. */
export function readBenefitsConfig(env: Readonly<Record<string, string | undefined>> = process.env) {
  const { CONSENT_GRANT_KEYS: consentGrantKeys } = readConfig(schema, env);
  return { ...readSubgraphConfig(env), consentGrantKeys } as const;
}
