import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** The subgraphs, in the order of their ports. */
export const services = ['members', 'timebank', 'evaluations', 'benefits'];

export const audiences = ['mobile', 'dashboard', 'bank'];

/** Every `.graphql` file of a service's sources, sorted, so that the merged file does not depend on the disk. */
export function graphqlFilesOf(service) {
  const source = join(root, 'services', service, 'src');
  return readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.graphql'))
    .sort()
    .map((name) => join(source, name));
}
