import { readSubgraphConfig } from '@zhijia/subgraph';

export type EvaluationsConfig = ReturnType<typeof readEvaluationsConfig>;

/** The only reader of the environment in this service. */
export function readEvaluationsConfig(env: Readonly<Record<string, string | undefined>> = process.env) {
  return { ...readSubgraphConfig(env) } as const;
}
