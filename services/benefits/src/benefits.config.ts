import { readSubgraphConfig } from '@zhijia/subgraph';

export type BenefitsConfig = ReturnType<typeof readBenefitsConfig>;

/** The only reader of the environment in this service. */
export function readBenefitsConfig(env: Readonly<Record<string, string | undefined>> = process.env) {
  return { ...readSubgraphConfig(env) } as const;
}
