import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeServices } from '@theguild/federation-composition';
import { parse } from 'graphql';
import { serveSupergraph } from '../../src/serve-supergraph.js';
import { readStandaloneConfig } from '../../src/standalone.config.js';

/** What composition is told of a subgraph. */
export interface Composed {
  name: string;
  typeDefs: string;
  url: string;
}

export function composeSupergraph(subgraphs: readonly Composed[]): string {
  const result = composeServices(
    subgraphs.map(({ name, typeDefs, url }) => ({ name, url, typeDefs: parse(typeDefs) })),
  );
  if (result.supergraphSdl === undefined) throw new Error(`Does not compose: ${JSON.stringify(result.errors)}`);
  return result.supergraphSdl;
}

export interface StandAloneGateway {
  /** Where it answers GraphQL. */
  url: string;
  supergraphFile: string;
  stop(): Promise<void>;
}

/** The stand-alone gateway in this process, without identity, before a supergraph in a file of its own. */
export async function startStandAlone(supergraphSdl: string): Promise<StandAloneGateway> {
  const directory = mkdtempSync(join(tmpdir(), 'zhijia-stand-alone-'));
  const supergraphFile = join(directory, 'supergraph.graphql');
  writeFileSync(supergraphFile, supergraphSdl);
  const config = readStandaloneConfig(
    { supergraphFile, host: '127.0.0.1', port: 0, audience: null, subgraphUrls: new Map() },
    { ZHIJIA_MODE: 'test', SUBGRAPH_TIMEOUT_MS: '500', LOG_LEVEL: 'fatal' },
  );
  const gateway = await serveSupergraph(config);
  return {
    url: `${gateway.url}/graphql`,
    supergraphFile,
    stop: async () => {
      await gateway.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
