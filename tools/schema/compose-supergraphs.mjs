import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { composeSchemaContract } from '@theguild/federation-composition';
import { parse } from 'graphql';
import { requireIdempotencyKeys } from './require-idempotency-keys.mjs';
import { audiences, root, services } from './services.mjs';

const folder = join(root, 'deploy/supergraph');

/** Writes, for each audience, what the gateway serves and what its clients read. */
export function composeAll() {
  mkdirSync(folder, { recursive: true });
  for (const audience of audiences) {
    const { supergraphSdl, publicSdl } = composeContract(audience);
    writeFileSync(join(folder, `${audience}.graphql`), supergraphSdl);
    writeFileSync(join(folder, `${audience}.public.graphql`), publicSdl);
  }
}

/**
 * @throws Error with every composition error of this audience, or with what its clients could not repeat
 */
function composeContract(audience) {
  const subgraphs = services.map((name) => ({
    name,
    // The gateway is told by its environment where a subgraph really is.
    url: `http://${name}/graphql`,
    typeDefs: parse(readFileSync(join(root, 'services', name, 'schema.graphql'), 'utf8')),
  }));
  const result = composeSchemaContract(subgraphs, { include: new Set([audience]), exclude: new Set() }, true);
  if (result.errors !== undefined && result.errors.length > 0) {
    throw new Error(
      `The ${audience} contract does not compose:\n${result.errors.map((one) => `  ${one.message}`).join('\n')}`,
    );
  }
  if (audience === 'bank') requireIdempotencyKeys(result.publicSdl);
  return { supergraphSdl: `${result.supergraphSdl.trim()}\n`, publicSdl: `${result.publicSdl.trim()}\n` };
}
