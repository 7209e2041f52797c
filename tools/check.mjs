/** `npm run check`: what CI runs before the tests, in the same order; stops at the first that fails. */
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

const steps = [
  ['format', ['npx', '--no-install', 'prettier', '--check', '--log-level', 'warn', '.']],
  ['codegen', ['npm', 'run', '--silent', 'codegen']],
  ['nothing generated is stale', ['node', 'tools/schema/expect-clean.mjs']],
  ['typecheck', ['npm', 'run', '--silent', 'typecheck']],
  ['lint', ['npm', 'run', '--silent', 'lint']],
  ['build', ['npm', 'run', '--silent', 'build']],
];

for (const [name, [command, ...args]] of steps) {
  const began = performance.now();
  const { status } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  process.stderr.write(`${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)\n`);
  if (status !== 0) process.exit(1);
}
