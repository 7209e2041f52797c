import { modeSchema, readConfig } from '@zhijia/config';
import { tracingConfigOf, tracingEnv } from '@zhijia/tracing';
import { z } from 'zod';

const secretKey = z.base64url().transform((text) => Buffer.from(text, 'base64url'));

/** HMAC keys, base64url, the current one first; two while keys are rotated. */
export const secretKeys = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(secretKey).min(1).max(2));

/** The variables every subgraph reads; a service adds its own in its `*.config.ts`. */
export const subgraphEnv = {
  ZHIJIA_MODE: modeSchema,
  HOST: z.string().default('0.0.0.0'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  DATABASE_URL: z.url(),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(2).max(200).default(16),
  KAFKA_BROKERS: z.string().transform((text) => text.split(',')),
  /** Put before topic and group names, where several installations share one broker. */
  KAFKA_PREFIX: z.string().default(''),
  /** `inline`: relay, consumers and jobs run in this process; `none`: `worker.ts` runs them elsewhere. */
  WORKER: z.enum(['inline', 'none']).default('none'),
  /** Shared with the gateway. */
  VIEWER_STATEMENT_KEYS: secretKeys,
  DEAD_LETTER_KEY: secretKey,
  /** Whose policies hold here: a path of codes such as `CN/44/07`, which falls back to `CN`. */
  POLICY_REGION: z.string().default('CN'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
  /** `stdin`: end when standard input closes, because the process that started this one is gone. */
  ZHIJIA_LEASH: z.enum(['stdin']).optional(),
  ...tracingEnv,
};

const subgraphEnvSchema = z.object(subgraphEnv);

export type SubgraphConfig = ReturnType<typeof readSubgraphConfig>;

export function readSubgraphConfig(env: Readonly<Record<string, string | undefined>>) {
  const parsed = readConfig(subgraphEnvSchema, env);
  return {
    mode: parsed.ZHIJIA_MODE,
    host: parsed.HOST,
    port: parsed.PORT,
    databaseUrl: parsed.DATABASE_URL,
    databasePoolSize: parsed.DATABASE_POOL_SIZE,
    kafka: { brokers: parsed.KAFKA_BROKERS, prefix: parsed.KAFKA_PREFIX },
    worker: parsed.WORKER,
    viewerStatementKeys: parsed.VIEWER_STATEMENT_KEYS,
    deadLetterKey: parsed.DEAD_LETTER_KEY,
    policyRegion: parsed.POLICY_REGION,
    logLevel: parsed.LOG_LEVEL,
    leash: parsed.ZHIJIA_LEASH ?? null,
    tracing: tracingConfigOf(parsed),
  } as const;
}
