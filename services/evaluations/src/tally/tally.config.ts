import { readConfig } from '@zhijia/config';
import { z } from 'zod';

const tallyEnvSchema = z.object({
  DATABASE_URL: z.url(),
  BALLOT_KEY_DIR: z.string().min(1),
});

/** The only reader of the tally's environment. It holds no signing key and reaches no broker. */
export function readTallyConfig(env: Readonly<Record<string, string | undefined>> = process.env) {
  const parsed = readConfig(tallyEnvSchema, env);
  return { databaseUrl: parsed.DATABASE_URL, keyDirectory: parsed.BALLOT_KEY_DIR } as const;
}
