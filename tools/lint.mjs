/**
 * `npm run lint [-- <eslint arguments>]`: the rules of STYLE.md that a tool can hold. Makes Nx's project graph first:
 * without one its boundary rule passes everything. A whole run ends with a deliberately wrong file that must be refused.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
Object.assign(process.env, {
  NX_DAEMON: 'false',
  NX_NO_CLOUD: 'true',
  NODE_OPTIONS: '--max-old-space-size=4096',
});

execFileSync('npx', ['--no-install', 'nx', 'show', 'projects'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
const asked = process.argv.slice(2);
const { status } = spawnSync(
  'npx',
  ['--no-install', 'eslint', '--max-warnings=0', ...(asked.length > 0 ? asked : ['.'])],
  { cwd: root, stdio: 'inherit' },
);
process.exitCode = status ?? 1;
if (status === 0 && asked.length === 0) await expectRefusals();

/** The red control: each line breaks one boundary, and lint that lets it pass holds nothing. */
async function expectRefusals() {
  // In CI typescript-eslint reads files from the disk once, and would lint main.ts instead of this text.
  process.env.TSESTREE_SINGLE_RUN = 'false';
  const { ESLint } = await import('eslint');
  const wrong = [
    ['@nx/enforce-module-boundaries', `import { startStack } from '@zhijia/local';`],
    [
      '@nx/enforce-module-boundaries',
      `import { readEvaluationsConfig } from '../../evaluations/src/evaluations.config.js';`,
    ],
    ['no-restricted-imports', `import { until } from '@zhijia/testing';`],
    ['no-restricted-imports', `import { Kafka } from 'kafkajs';`],
    ['no-restricted-imports', `import { rows } from '@zhijia/database';`],
    ['n/no-process-env', `export const path = process.env.PATH;`],
  ];
  const [{ messages }] = await new ESLint({ cwd: root }).lintText(wrong.map(([, line]) => line).join('\n'), {
    filePath: join(root, 'services/timebank/src/main.ts'),
  });
  wrong.forEach(([rule, line], index) => {
    if (messages.some((message) => message.ruleId === rule && message.line === index + 1)) return;
    process.stderr.write(`Lint did not refuse (${rule}): ${line}\n`);
    process.exitCode = 1;
  });
}
