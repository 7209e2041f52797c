/**
 * `npm run dead-letters -- list [--service <name>]`
 * `npm run dead-letters -- replay <id ...> | --all [--service <name>]`
 *
 * One JSON line a letter or replay on standard output; exit code 0 done, 1 failed, 2 done in part.
 */
import { parseArgs } from 'node:util';
import { openService } from './open-service.mjs';
import { services } from './schema/services.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { service: { type: 'string' }, all: { type: 'boolean', default: false } },
});
const [command, ...ids] = positionals;
const asked = values.service === undefined ? services : [values.service];

try {
  if (command === 'list') await list();
  else if (command === 'replay' && (values.all || ids.length > 0)) await replay();
  else throw new Error('Say `list`, `replay <id ...>` or `replay --all`; `--service <name>` narrows it.');
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

async function list() {
  for (const service of asked) {
    await withService(service, async ({ deadLetters }) => {
      for (const letter of await deadLetters.list()) print({ service, ...letter });
    });
  }
}

async function replay() {
  let failed = 0;
  for (const service of asked) {
    await withService(service, async ({ deadLetters }) => {
      const report = await deadLetters.replay(values.all ? 'all' : ids);
      failed += report.failed.length;
      print({ service, ...report });
    });
  }
  if (failed > 0) process.exitCode = 2;
}

async function withService(name, work) {
  const service = await openService(name);
  try {
    await work(service);
  } finally {
    await service.close();
  }
}

function print(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
