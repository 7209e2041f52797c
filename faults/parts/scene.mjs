import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { importCounty } from '../../bench/parts/county.mjs';
import { startProduct } from '../../bench/parts/product.mjs';
import { makePassable } from '../../deploy/local/src/paths.mjs';
import { removePostgresHome } from '../../deploy/local/src/postgres-home.mjs';
import { startServers } from './servers.mjs';

/** Enough for the short forms; a full run may ask for more. */
const fewMembers = 600;
const breaks = join(import.meta.dirname, '..', 'breaks');

/** A module of `faults/breaks`, for Node's `--import`. */
export function pathOfBreak(file) {
  return pathToFileURL(join(breaks, file)).href;
}

/** The places where runs happen: one that they share, and others for those that need one of their own. */
export function openScenes(opened) {
  let shared = null;
  let count = 0;
  const own = (changes = {}) =>
    openScene(opened, (count += 1), { members: opened.options.members ?? fewMembers, ...changes });
  return { own, shared: () => (shared ??= own()) };
}

/**
 * Servers, the product on them, and a county of members. `prepare(directory, undo)` runs before anything is started there.
 *
 * @returns `{ directory, servers, product, county, break(service, file), set(service, variables), mend(service) }`
 */
async function openScene(opened, number, { members, env = {}, prepare = () => {} }) {
  const directory = join(opened.directory, `scene-${number}`);
  makePassable(directory);
  opened.undo(() => removePostgresHome(join(directory, 'postgres')));
  await prepare(directory, opened.undo);
  const place = { ...opened, directory };
  const servers = await startServers(opened, directory, opened.undo);
  // Read again at each start of a service: what is changed here holds from the next one on.
  const variables = { gateway: {}, members: {}, timebank: {}, evaluations: {}, benefits: {}, ...env };
  const product = await startProduct(place, servers, { env: variables });
  const county = await importCounty(place, product, members);
  const visits = new Map();
  /** Starts a service again with these variables on top of its usual ones. */
  async function set(service, changes) {
    variables[service] = { ...env[service], ...changes };
    await product.stack.restart(service);
  }
  return {
    directory,
    servers,
    product,
    county,
    /** The place of a member's next visit, so that no two runs post the same hours. */
    nextVisitOf(memberId) {
      visits.set(memberId, (visits.get(memberId) ?? -1) + 1);
      return visits.get(memberId);
    },
    /** Starts a service with one of its modules broken: `faults/breaks/<file>` is read before the service itself. */
    break: (service, file) => set(service, { NODE_OPTIONS: `--import ${pathOfBreak(file)}` }),
    mend: (service) => set(service, {}),
    set,
  };
}
