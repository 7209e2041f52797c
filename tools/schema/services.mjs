import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { audiences, subgraphs as services } from '../../deploy/local/src/parts.mjs';
import { root } from '../../deploy/local/src/paths.mjs';

export { audiences, root, services };

/** Every `.graphql` file of a service's sources, sorted, so that the merged file does not depend on the disk. */
export function graphqlFilesOf(service) {
  const source = join(root, 'services', service, 'src');
  return readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.graphql'))
    .sort()
    .map((name) => join(source, name));
}
