import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { documentIdOf, TrustedDocuments } from './trusted-documents.js';

/** Document identifier to document: what build tools of clients write as `persisted-documents.json`. */
const manifestSchema = z.record(z.string(), z.string().min(1));

export class UnusableManifest extends Error {
  constructor(file: string, what: string, options?: ErrorOptions) {
    super(`${file} ${what}: make it anew with \`npm run codegen\`.`, options);
    this.name = 'UnusableManifest';
  }
}

/**
 * @throws UnusableManifest when it cannot be read, or names a document otherwise than by its SHA-256
 */
export function readTrustedDocuments(file: string): TrustedDocuments {
  const manifest = manifestSchema.safeParse(readJson(file));
  if (!manifest.success) throw new UnusableManifest(file, 'is no manifest of documents');
  for (const [id, text] of Object.entries(manifest.data)) {
    if (id !== documentIdOf(text)) throw new UnusableManifest(file, `holds another document than its name ${id} says`);
  }
  return new TrustedDocuments(Object.values(manifest.data));
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UnusableManifest(file, 'cannot be read as JSON', { cause: error });
  }
}
