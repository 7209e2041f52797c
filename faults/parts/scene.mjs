import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { importCounty } from '../../bench/parts/county.mjs';
import { startProduct } from '../../bench/parts/product.mjs';
import { makePassable } from '../../deploy/local/src/paths.mjs';
import { removePostgresHome } from '../../deploy/local/src/postgres-home.mjs';
import { startServers } from './servers.mjs';

const usual = { members: 600 };
const breaks = join(import.meta.dirname, '..', 'breaks');

/** The places where runs happen: one that they share, and others for those that need one of their own. */
export function openScenes(opened) {
  let shared = null;
  let count = 0;
  const own = (changes = {}) => openScene(opened, (count += 1), { ...usual, ...changes });
  return { own, shared: () => (shared ??= own()) };
}

/**
 * Servers, the product on them, and a county of members.
 *
 * @returns `{ directory, servers, product, county, break(service, file), mend(service) }`
 */
async function openScene(opened, number, { members, env = {} }) {
  const directory = join(opened.directory, `scene-${number}`);
  makePassable(directory);
  opened.undo(() => removePostgresHome(join(directory, 'postgres')));
  const place = { ...opened, directory };
  const servers = await startServers(opened, directory, opened.undo);
  // Read again at each start of a service: what is changed here holds from the next one on.
  const variables = { gateway: {}, members: {}, timebank: {}, evaluations: {}, benefits: {}, ...env };
  const product = await startProduct(place, servers, { env: variables });
  const county = await importCounty(place, product, members);
  return {
    directory,
    servers,
    product,
    county,
    /** Starts a service with one of its modules broken: `faults/breaks/<file>` is read before the service itself. */
    async break(service, file) {
      variables[service].NODE_OPTIONS = `--import ${pathToFileURL(join(breaks, file))}`;
      await product.stack.restart(service);
    },
    async mend(service) {
      delete variables[service].NODE_OPTIONS;
      await product.stack.restart(service);
    },
  };
}
