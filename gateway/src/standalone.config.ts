import { audiences, type Audience } from '@zhijia/access';
import { ConfigError, modeSchema, readConfig } from '@zhijia/config';
import { z } from 'zod';
import {
  logLevelSchema,
  operationTimeoutSchema,
  secretKeySchema,
  subgraphTimeoutSchema,
  type SubgraphAddress,
} from './gateway.config.js';
import { readTrustedIssuers, type TrustedIssuer } from './identity/trusted-issuers.js';
import { subgraphsIn, UnusableSupergraph } from './supergraph.js';

/** What the command line of the stand-alone gateway says. */
export interface StandaloneOptions {
  supergraphFile: string;
  host: string;
  port: number;
  /** Whose tokens are accepted; null lets everybody in, and tells subgraphs nothing of who asks. */
  audience: Audience | null;
  /** Where subgraphs are, in place of what the supergraph says. */
  subgraphUrls: ReadonlyMap<string, string>;
}

export type StandaloneConfig = ReturnType<typeof readStandaloneConfig>;

const envSchema = z.object({
  // Who serves a graph of their own by hand develops; the product's own start says what it is.
  ZHIJIA_MODE: z.preprocess((mode) => mode ?? 'development', modeSchema),
  SUBGRAPH_TIMEOUT_MS: subgraphTimeoutSchema,
  OPERATION_TIMEOUT_MS: operationTimeoutSchema,
  LOG_LEVEL: logLevelSchema,
});

/**
 * The only reader of the environment of the stand-alone gateway.
 *
 * @throws ConfigError naming what is missing or malformed
 */
export function readStandaloneConfig(
  options: StandaloneOptions,
  env: Readonly<Record<string, string | undefined>> = process.env,
) {
  const parsed = readConfig(envSchema, env);
  return {
    ...options,
    mode: parsed.ZHIJIA_MODE,
    subgraphTimeoutMs: parsed.SUBGRAPH_TIMEOUT_MS,
    operationTimeoutMs: parsed.OPERATION_TIMEOUT_MS,
    logLevel: parsed.LOG_LEVEL,
    identity: options.audience === null ? null : readIdentity(options.audience, parsed.ZHIJIA_MODE, env),
    /** The addresses of what a supergraph names, now and after each change of its file. */
    addressesIn: (supergraphSdl: string): SubgraphAddress[] =>
      subgraphsIn(supergraphSdl).map(({ name, url }) => ({
        name,
        ...placeOf(name, options.subgraphUrls.get(name) ?? url),
        viewerStatementKey: options.audience === null ? null : readKey(name, env),
      })),
  } as const;
}

function readIdentity(
  audience: Audience,
  mode: z.infer<typeof modeSchema>,
  env: Readonly<Record<string, string | undefined>>,
): { audience: Audience; issuers: ReadonlyMap<string, TrustedIssuer> } {
  const { TRUSTED_ISSUERS_FILE } = readConfig(z.object({ TRUSTED_ISSUERS_FILE: z.string() }), env);
  return { audience, issuers: readTrustedIssuers(TRUSTED_ISSUERS_FILE, mode) };
}

function readKey(subgraph: string, env: Readonly<Record<string, string | undefined>>): Buffer {
  const variable = `VIEWER_STATEMENT_KEY_${subgraph.toUpperCase().replaceAll('-', '_')}`;
  const key = secretKeySchema.safeParse(env[variable]);
  if (key.success) return key.data;
  throw new ConfigError([`${variable}: the key for statements to ${subgraph}, base64url`]);
}

function placeOf(name: string, url: string): { origin: string; path: string } {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    throw new UnusableSupergraph(
      `The supergraph says of ${name} that it is at "${url}": pass --subgraph ${name}=<its URL>.`,
    );
  }
  return { origin: parsed.origin, path: `${parsed.pathname}${parsed.search}` };
}

export function isAudience(text: string): text is Audience {
  return (audiences as readonly string[]).includes(text);
}
