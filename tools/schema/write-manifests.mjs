import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, parse, validate } from 'graphql';
import { audiences, root } from './services.mjs';

const folder = join(root, 'deploy/documents');

/**
 * Writes, for each audience, the documents that its clients were built with, by the names that clients send.
 *
 * @throws Error with every document that does not fit its audience's contract
 */
export function writeManifests() {
  for (const audience of audiences) {
    const schema = buildSchema(readFileSync(join(root, 'deploy/supergraph', `${audience}.public.graphql`), 'utf8'));
    const documents = documentsOf(audience);
    const problems = documents.flatMap(({ file, text }) =>
      validate(schema, parse(text)).map(({ message }) => `  ${file}: ${message}`),
    );
    if (problems.length > 0) throw new Error(`The ${audience} contract breaks its clients:\n${problems.join('\n')}`);
    const manifest = Object.fromEntries(documents.map(({ text }) => [documentIdOf(text), text]));
    writeFileSync(join(folder, `${audience}.json`), `${JSON.stringify(manifest, null, 2)}\n`);
  }
}

function documentsOf(audience) {
  const from = join(folder, audience);
  mkdirSync(from, { recursive: true });
  return readdirSync(from)
    .filter((file) => file.endsWith('.graphql'))
    .sort()
    .map((file) => ({ file: join(audience, file), text: readFileSync(join(from, file), 'utf8').trim() }));
}

function documentIdOf(text) {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
