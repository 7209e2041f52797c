/**
 * `npm run lint [-- <eslint arguments>]`: the rules of STYLE.md that a tool can hold. Makes Nx's project graph first:
 * without one its boundary rule passes everything.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const env = { ...process.env, NX_DAEMON: 'false', NX_NO_CLOUD: 'true', NODE_OPTIONS: '--max-old-space-size=4096' };
execFileSync('npx', ['--no-install', 'nx', 'show', 'projects'], {
  cwd: root,
  env,
  stdio: ['ignore', 'ignore', 'inherit'],
});
const asked = process.argv.slice(2);
const { status } = spawnSync(
  'npx',
  ['--no-install', 'eslint', '--max-warnings=0', ...(asked.length > 0 ? asked : ['.'])],
  {
    cwd: root,
    env,
    stdio: 'inherit',
  },
);
process.exitCode = status ?? 1;
