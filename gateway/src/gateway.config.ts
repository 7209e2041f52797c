import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { audiences, type Audience } from '@zhijia/access';
import { ConfigError, modeSchema, readConfig, tlsConfigOf, tlsEnv, type Mode } from '@zhijia/config';
import { tracingConfigOf, tracingEnv } from '@zhijia/tracing';
import { z } from 'zod';
import { readTrustedDocuments, UnusableManifest } from './documents/read-trusted-documents.js';
import { TrustedDocuments } from './documents/trusted-documents.js';
import type { Contract } from './graph/open-graph.js';
import { rateLimitsSchema, usualRateLimits, type RateLimits } from './rates/rate-limits.js';
import { readTrustedIssuers } from './identity/trusted-issuers.js';

/** Every subgraph of the product answers here; viewer statements are bound to it. */
const graphqlPath = '/graphql';

export const secretKeySchema = z.base64url().transform((text) => Buffer.from(text, 'base64url'));

const subgraphUrl = z
  .url({ protocol: /^https?$/ })
  .transform((text) => new URL(text))
  .refine((url) => url.pathname === '/' || url.pathname === graphqlPath, {
    message: `ends after the port, or with ${graphqlPath}`,
  })
  .transform((url) => url.origin);

/** How long one subgraph may take to begin its answer, and to pause within it. */
export const subgraphTimeoutSchema = z.coerce.number().int().min(50).max(120_000).default(20_000);
/** How long one operation may take; what has not come by then is missing from its answer. */
export const operationTimeoutSchema = z.coerce.number().int().min(50).max(300_000).default(30_000);
export const logLevelSchema = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info');

const originsSchema = z
  .string()
  .default('')
  .transform((text) => text.split(',').flatMap((origin) => (origin.trim() === '' ? [] : [origin.trim()])))
  .refine((origins) => origins.every(isOrigin), {
    message: 'holds an origin such as https://app.example.org, and no *',
  });

function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

const envSchema = z.object({
  ZHIJIA_MODE: modeSchema,
  HOST: z.string().default('0.0.0.0'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(4_000),
  /** Where clients find this gateway, without a path; proofs of possession are compared with it. */
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Holds mobile.graphql, dashboard.graphql and bank.graphql. */
  SUPERGRAPH_DIR: z.string(),
  /** Holds mobile.json, dashboard.json and bank.json: what clients were built with. */
  DOCUMENTS_DIR: z.string().optional(),
  TRUSTED_ISSUERS_FILE: z.string(),
  /** The subgraph that publishes boards at `/boards/<campaign>.ndjson`. */
  BOARDS_SUBGRAPH: z.string().default('evaluations'),
  SUBGRAPH_TIMEOUT_MS: subgraphTimeoutSchema,
  OPERATION_TIMEOUT_MS: operationTimeoutSchema,
  /** Origins of web pages that may ask from a browser, with commas between. Partners' servers are no pages. */
  CORS_ORIGINS_MOBILE: originsSchema,
  CORS_ORIGINS_DASHBOARD: originsSchema,
  /** Other rates than the usual ones of a production start. */
  RATE_LIMITS_FILE: z.string().optional(),
  LOG_LEVEL: logLevelSchema,
  /** `stdin`: end when standard input closes, because the process that started this one is gone. */
  ZHIJIA_LEASH: z.enum(['stdin']).optional(),
  /** Shared by all gateways behind one address: which proofs came, how much was asked. Absent: each counts for itself. */
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  ...tlsEnv,
  ...tracingEnv,
});

/** Where one subgraph is, and the key for the statements it is given. */
export interface SubgraphAddress {
  name: string;
  origin: string;
  /** Where it answers GraphQL. */
  path: string;
  /** Null: this subgraph is told nothing of who asks. */
  viewerStatementKey: Buffer | null;
}

export type GatewayConfig = ReturnType<typeof readGatewayConfig>;

/**
 * The only reader of the environment. Subgraphs are found by their variables: `SUBGRAPH_URL_<NAME>` and
 * `VIEWER_STATEMENT_KEY_<NAME>` belong together.
 *
 * @throws ConfigError naming what is missing or malformed, and which issuer a production start refuses
 */
export function readGatewayConfig(env: Readonly<Record<string, string | undefined>> = process.env) {
  const parsed = readConfig(envSchema, env);
  const { ZHIJIA_MODE: mode, SUPERGRAPH_DIR: supergraphs, DOCUMENTS_DIR: documents } = parsed;
  if (mode === 'production' && documents === undefined) {
    throw new ConfigError(['DOCUMENTS_DIR: production answers mobile and bank what is registered there, and no more']);
  }
  const contractFiles = (audience: Audience): ContractFiles => ({
    supergraph: join(supergraphs, `${audience}.graphql`),
    ...(documents === undefined ? {} : { documents: join(documents, `${audience}.json`) }),
  });
  const readContract = (audience: Audience): Contract => readContractFrom(contractFiles(audience));
  return {
    mode: parsed.ZHIJIA_MODE,
    host: parsed.HOST,
    port: parsed.PORT,
    publicUrl: parsed.PUBLIC_URL === undefined ? null : new URL(parsed.PUBLIC_URL).origin,
    contracts: Object.fromEntries(audiences.map((audience) => [audience, readContract(audience)])) as Readonly<
      Record<Audience, Contract>
    >,
    /** What a contract is read from. */
    contractFilesOf: (audience: Audience): readonly string[] => {
      const files = contractFiles(audience);
      return files.documents === undefined ? [files.supergraph] : [files.supergraph, files.documents];
    },
    /** As its files are now. @throws ConfigError */
    readContract,
    issuers: readTrustedIssuers(parsed.TRUSTED_ISSUERS_FILE, parsed.ZHIJIA_MODE),
    subgraphs: readSubgraphs(env),
    boardsSubgraph: parsed.BOARDS_SUBGRAPH,
    subgraphTimeoutMs: parsed.SUBGRAPH_TIMEOUT_MS,
    operationTimeoutMs: parsed.OPERATION_TIMEOUT_MS,
    foreignPages: {
      mobile: parsed.CORS_ORIGINS_MOBILE,
      dashboard: parsed.CORS_ORIGINS_DASHBOARD,
      bank: [],
    } satisfies Record<Audience, readonly string[]>,
    rateLimits: readRateLimits(parsed.RATE_LIMITS_FILE, mode),
    logLevel: parsed.LOG_LEVEL,
    leash: parsed.ZHIJIA_LEASH ?? null,
    redisUrl: parsed.REDIS_URL ?? null,
    ...tlsConfigOf(parsed),
    tracing: tracingConfigOf(parsed),
  } as const;
}

/** Apollo's gateway would otherwise report its use to its maker. It reads the environment itself. */
export function turnTelemetryOff(): void {
  process.env['APOLLO_TELEMETRY_DISABLED'] = '1';
}

interface ContractFiles {
  supergraph: string;
  documents?: string;
}

function readContractFrom({ supergraph, documents }: ContractFiles): Contract {
  return { supergraphSdl: readSupergraphFile(supergraph), documents: readDocuments(documents) };
}

function readSupergraphFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new ConfigError([`SUPERGRAPH_DIR: ${file} cannot be read`]);
  }
}

function readDocuments(file: string | undefined): TrustedDocuments {
  if (file === undefined) return TrustedDocuments.none;
  try {
    return readTrustedDocuments(file);
  } catch (error) {
    if (error instanceof UnusableManifest) throw new ConfigError([`DOCUMENTS_DIR: ${error.message}`]);
    throw error;
  }
}

/** Who develops, tests or measures is not counted unless a file says so. */
function readRateLimits(file: string | undefined, mode: Mode): RateLimits {
  if (file === undefined) return mode === 'production' ? usualRateLimits : {};
  let text: unknown;
  try {
    text = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new ConfigError([`RATE_LIMITS_FILE: ${file} cannot be read as JSON`]);
  }
  const parsed = rateLimitsSchema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new ConfigError(
    parsed.error.issues.map(({ path, message }) => `RATE_LIMITS_FILE ${path.join('.')}: ${message}`),
  );
}

function readSubgraphs(env: Readonly<Record<string, string | undefined>>): readonly SubgraphAddress[] {
  const prefix = 'SUBGRAPH_URL_';
  const suffixes = Object.keys(env)
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length));
  if (suffixes.length === 0) throw new ConfigError([`${prefix}<SERVICE>: no subgraph is named`]);
  const schema = z.object(
    Object.fromEntries(
      suffixes.flatMap((suffix) => [
        [`${prefix}${suffix}`, subgraphUrl],
        [`VIEWER_STATEMENT_KEY_${suffix}`, secretKeySchema],
      ]),
    ),
  );
  const parsed = readConfig(schema, env);
  return suffixes.map((suffix) => ({
    name: suffix.toLowerCase().replaceAll('_', '-'),
    origin: z.string().parse(parsed[`${prefix}${suffix}`]),
    path: graphqlPath,
    viewerStatementKey: z.instanceof(Buffer).parse(parsed[`VIEWER_STATEMENT_KEY_${suffix}`]),
  }));
}
