import { ConfigError, modeSchema, readConfig, tlsConfigOf, tlsEnv } from '@zhijia/config';
import { z } from 'zod';

const schema = z.object({
  ZHIJIA_MODE: modeSchema,
  HOST: z.string().default('0.0.0.0'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  DATABASE_URL: z.url(),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(2).max(50).default(4),
  PII_KEYRING_FILE: z.string().min(1),
  PII_INDEX_KEY_FILE: z.string().min(1),
  /** Where people and partners find this issuer: the `iss` of its tokens. */
  ISSUER_URL: z.url({ protocol: /^https?$/ }),
  /** Shown by authenticator applications beside the code. */
  ISSUER_NAME: z.string().min(1).max(40).default('工会会员服务'),
  /** What signs cookies, the current key first; two while they are rotated. */
  ISSUER_COOKIE_KEYS: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(z.string().min(32)).min(1).max(2)),
  /** Applications of the federation, as OpenID Connect client metadata; registered anew at each start. */
  ISSUER_APPLICATIONS_FILE: z.string().min(1).optional(),
  /** Whose policies hold here: what partners may ask members for. */
  POLICY_REGION: z.string().default('CN'),
  SMS_GATEWAY_URL: z.url({ protocol: /^https?$/ }).optional(),
  SMS_GATEWAY_TOKEN: z.string().min(1).optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
  ZHIJIA_LEASH: z.enum(['stdin']).optional(),
  ...tlsEnv,
});

export type IssuerConfig = ReturnType<typeof readIssuerConfig>;

/**
 * The only reader of the environment in the issuer's process.
 *
 * @throws ConfigError for what is missing, and for what a production start refuses: codes in a log, an issuer without TLS
 */
export function readIssuerConfig(env: Readonly<Record<string, string | undefined>> = process.env) {
  const parsed = readConfig(schema, env);
  const sms =
    parsed.SMS_GATEWAY_URL === undefined || parsed.SMS_GATEWAY_TOKEN === undefined
      ? null
      : { url: parsed.SMS_GATEWAY_URL, token: parsed.SMS_GATEWAY_TOKEN };
  if (parsed.ZHIJIA_MODE === 'production') {
    const problems = [
      ...(sms === null ? ['SMS_GATEWAY_URL, SMS_GATEWAY_TOKEN: production sends codes, and writes none to a log'] : []),
      ...(parsed.ISSUER_URL.startsWith('https:') ? [] : ['ISSUER_URL: production is reached by https alone']),
    ];
    if (problems.length > 0) throw new ConfigError(problems);
  }
  return {
    mode: parsed.ZHIJIA_MODE,
    host: parsed.HOST,
    port: parsed.PORT,
    databaseUrl: parsed.DATABASE_URL,
    databasePoolSize: parsed.DATABASE_POOL_SIZE,
    piiKeyringFile: parsed.PII_KEYRING_FILE,
    piiIndexKeyFile: parsed.PII_INDEX_KEY_FILE,
    issuerUrl: parsed.ISSUER_URL.replace(/\/$/, ''),
    issuerName: parsed.ISSUER_NAME,
    cookieKeys: parsed.ISSUER_COOKIE_KEYS,
    applicationsFile: parsed.ISSUER_APPLICATIONS_FILE ?? null,
    policyRegion: parsed.POLICY_REGION,
    sms,
    logLevel: parsed.LOG_LEVEL,
    leash: parsed.ZHIJIA_LEASH ?? null,
    ...tlsConfigOf(parsed),
  } as const;
}
