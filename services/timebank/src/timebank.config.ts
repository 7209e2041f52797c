import { readSubgraphConfig } from '@zhijia/subgraph';

export type TimebankConfig = ReturnType<typeof readTimebankConfig>;

/** The only reader of the environment in this service. */
export function readTimebankConfig(env: Readonly<Record<string, string | undefined>> = process.env) {
  return { ...readSubgraphConfig(env) } as const;
}
