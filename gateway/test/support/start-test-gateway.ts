import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeSchemaContract } from '@theguild/federation-composition';
import { audiences, type Audience } from '@zhijia/access';
import type { TestIssuer } from '@zhijia/testing';
import type { Mode } from '@zhijia/config';
import { parse } from 'graphql';
import { documentIdOf } from '../../src/documents/trusted-documents.js';
import { readGatewayConfig } from '../../src/gateway.config.js';
import type { RateLimits } from '../../src/rates/rate-limits.js';
import { serveGateway } from '../../src/serve-gateway.js';
import type { SmallSubgraph } from './small-subgraph.js';

export interface Answer {
  status: number;
  headers: Headers;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test says what it asked for
  body: { data?: any; errors?: any[]; extensions?: unknown };
  text: string;
}

/** Where a subgraph answers, and what is composed of it. */
export type ComposedSubgraph = Pick<SmallSubgraph, 'name' | 'typeDefs' | 'url' | 'key'>;

export interface TestGateway {
  url: string;
  /** Holds its supergraphs and its manifests of documents. */
  directory: string;
  /** POSTs one operation with a token. */
  ask(audience: Audience, token: string | null, query: string, variables?: object): Promise<Answer>;
  /** POSTs this body as it is. */
  post(audience: Audience, token: string | null, body: string, headers?: Record<string, string>): Promise<Answer>;
  stop(): Promise<void>;
}

export const expectedAudiences = { mobile: 'zhijia-mobile', dashboard: 'zhijia-dashboard', bank: 'zhijia-bank' };

/** The environment of a gateway before these subgraphs, with its supergraphs composed as the product's are. */
export function gatewayEnvironment(
  subgraphs: readonly ComposedSubgraph[],
  issuers: readonly object[],
): { env: Record<string, string>; directory: string } {
  const directory = mkdtempSync(join(tmpdir(), 'zhijia-gateway-'));
  for (const audience of audiences)
    writeFileSync(join(directory, `${audience}.graphql`), composed(subgraphs, audience));
  const issuersFile = join(directory, 'trusted-issuers.json');
  writeFileSync(issuersFile, JSON.stringify(issuers));
  return {
    directory,
    env: {
      ZHIJIA_MODE: 'test',
      HOST: '127.0.0.1',
      PORT: '0',
      SUPERGRAPH_DIR: directory,
      TRUSTED_ISSUERS_FILE: issuersFile,
      BOARDS_SUBGRAPH: 'places',
      SUBGRAPH_TIMEOUT_MS: '400',
      LOG_LEVEL: 'fatal',
      ...Object.fromEntries(
        subgraphs.flatMap(({ name, url, key }) => [
          [`SUBGRAPH_URL_${name.toUpperCase()}`, `${url}/graphql`],
          [`VIEWER_STATEMENT_KEY_${name.toUpperCase()}`, key.toString('base64url')],
        ]),
      ),
    },
  };
}

/** Writes the issuer's keys where the list can name them. */
export function listed(issuer: TestIssuer, directory: string, more: object = {}): object {
  const jwksFile = join(directory, `${issuer.privateKey.kid}.json`);
  writeFileSync(jwksFile, JSON.stringify(issuer.jwks));
  return {
    issuer: issuer.issuer,
    jwksFile,
    audiences: expectedAudiences,
    roles: ['member', 'chair'],
    development: true,
    ...more,
  };
}

export async function startTestGateway(options: {
  subgraphs: readonly ComposedSubgraph[];
  issuers: readonly TestIssuer[];
  /** Further entries of the list of trusted issuers, as they are. */
  trusted?: readonly object[];
  /** What the clients of an audience were built with. */
  documents?: Partial<Record<Audience, readonly string[]>>;
  env?: Record<string, string>;
  rateLimits?: RateLimits;
  mode?: Mode;
}): Promise<TestGateway> {
  const keys = mkdtempSync(join(tmpdir(), 'zhijia-keys-'));
  const { env, directory } = gatewayEnvironment(options.subgraphs, [
    ...options.issuers.map((issuer) => listed(issuer, keys)),
    ...(options.trusted ?? []),
  ]);
  for (const audience of audiences) writeManifest(directory, audience, options.documents?.[audience] ?? []);
  if (options.rateLimits !== undefined) {
    env['RATE_LIMITS_FILE'] = join(directory, 'rates.json');
    writeFileSync(env['RATE_LIMITS_FILE'], JSON.stringify(options.rateLimits));
  }
  const config = readGatewayConfig({ ...env, DOCUMENTS_DIR: directory, ...options.env });
  // A production start takes no keys from files; what else production means is tested with a test's issuer all the same.
  const gateway = await serveGateway({ ...config, mode: options.mode ?? config.mode });
  const post: TestGateway['post'] = async (audience, token, body, headers = {}) =>
    answerOf(
      await fetch(`${gateway.url}/${audience}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/graphql-response+json',
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...headers,
        },
        body,
      }),
    );
  return {
    url: gateway.url,
    directory,
    post,
    ask: (audience, token, query, variables) => post(audience, token, JSON.stringify({ query, variables })),
    stop: async () => {
      await gateway.stop();
      for (const folder of [directory, keys]) rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function writeManifest(directory: string, audience: Audience, texts: readonly string[]): void {
  const manifest = Object.fromEntries(texts.map((text) => [documentIdOf(text), text]));
  replaceFile(join(directory, `${audience}.json`), JSON.stringify(manifest));
}

/** As whoever deploys does: a reader sees the file before or the file after. */
export function replaceFile(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true && !text.includes('\n{');
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : {}, text };
}

export function composed(subgraphs: readonly ComposedSubgraph[], audience: Audience): string {
  const parts = subgraphs.map(({ name, typeDefs }) => ({
    name,
    url: `http://${name}/graphql`,
    typeDefs: parse(typeDefs),
  }));
  const result = composeSchemaContract(parts, { include: new Set([audience]), exclude: new Set() }, true);
  if (result.supergraphSdl === undefined) throw new Error(JSON.stringify(result.errors));
  return result.supergraphSdl;
}
