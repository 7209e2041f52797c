import { readSubgraphConfig } from '@zhijia/subgraph';

export type MembersConfig = ReturnType<typeof readMembersConfig>;

/** The only reader of the environment in this service. */
export function readMembersConfig(env: Readonly<Record<string, string | undefined>> = process.env) {
  return { ...readSubgraphConfig(env) } as const;
}
