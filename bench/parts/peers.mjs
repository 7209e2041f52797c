import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installPackages } from '../../deploy/local/src/install.mjs';

const directory = join(import.meta.dirname, '..', 'peers');

/**
 * Gateways of others in a package of their own: half a gigabyte that the product's tree does not carry. Installed when
 * first measured, from the lock file.
 *
 * @returns `{ hive: { command, version } }`
 */
export async function installPeers(bench) {
  const wanted = readJson(join(directory, 'package.json')).dependencies['@graphql-hive/gateway'];
  const home = join(directory, 'node_modules', '@graphql-hive', 'gateway');
  const installed = () => (existsSync(home) ? readJson(join(home, 'package.json')).version : null);
  if (installed() !== wanted) {
    await bench.progress.step('Installing the gateways to compare with (about a minute)', () =>
      installPackages(directory, join(bench.directory, 'peers-install.log')),
    );
  }
  return {
    hive: {
      version: wanted,
      args: [join(home, 'dist', 'bin.js'), 'supergraph', '--config-path', join(directory, 'hive-gateway.config.mjs')],
    },
  };
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}
