/** Fails when generated files differ from what is committed, new ones included; names them and shows what changed. */
import { execFileSync } from 'node:child_process';
import { root } from './services.mjs';

const places = [
  'services/*/schema.graphql',
  'services/*/src/graphql.types.ts',
  'deploy/supergraph',
  'deploy/documents',
  'deploy/kafka',
  'docs/events',
];
const git = (...args) => execFileSync('git', [...args, '--', ...places], { cwd: root, encoding: 'utf8' });

const stale = git('status', '--porcelain');
if (stale !== '') {
  process.stderr.write(`Generated files are stale; run "npm run codegen" and commit them:\n${stale}${git('diff')}`);
  process.exit(1);
}
