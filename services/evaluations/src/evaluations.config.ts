import { fileURLToPath } from 'node:url';
import { readConfig } from '@zhijia/config';
import { readSubgraphConfig } from '@zhijia/subgraph';
import { z } from 'zod';

const evaluationsEnvSchema = z.object({
  /** JWK file (private, ES256) that signs manifests, receipts and closing digests. Outside production it is made. */
  BALLOT_SERVICE_KEY_FILE: z.string().min(1),
  /** Where the tally keeps the wrapping keys. This process only hands the name on and never looks inside. */
  BALLOT_KEY_DIR: z.string().min(1),
});

export type EvaluationsConfig = ReturnType<typeof readEvaluationsConfig>;

/** The only reader of the environment in this service's own processes; the tally reads its own two variables. */
export function readEvaluationsConfig(env: Readonly<Record<string, string | undefined>> = process.env) {
  const own = readConfig(evaluationsEnvSchema, env);
  return {
    ...readSubgraphConfig(env),
    ballotServiceKeyFile: own.BALLOT_SERVICE_KEY_FILE,
    ballotKeyDirectory: own.BALLOT_KEY_DIR,
    /** The tally is a program of its own, built beside this one. */
    tallyProgram: fileURLToPath(new URL('../dist/tally.main.js', import.meta.url)),
  } as const;
}
