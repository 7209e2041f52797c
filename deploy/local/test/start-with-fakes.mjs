/**
 * `npm start` with fake services in place of the product's: the runner's own tests need no built product.
 * FAKE_PORTS says which ports it prefers (JSON by part); without it all are free ones.
 */
import { fileURLToPath } from 'node:url';
import { Obstacle } from '../src/obstacle.mjs';
import { readOptions } from '../src/options.mjs';
import { defaultDataDir } from '../src/paths.mjs';
import { supervise } from '../src/supervise.mjs';

const fake = fileURLToPath(new URL('./fake-service.mjs', import.meta.url));
const names = ['gateway', 'members', 'timebank', 'evaluations', 'benefits', 'kafka', 'postgres'];
const ports = {
  ...Object.fromEntries(names.map((name) => [name, 'free'])),
  ...JSON.parse(process.env.FAKE_PORTS ?? '{}'),
};
const entries = Object.fromEntries(
  ['members', 'timebank', 'evaluations', 'benefits', 'gateway'].map((name) => [name, fake]),
);
try {
  const code = await supervise({
    ...readOptions(process.argv.slice(2)),
    dataDir: defaultDataDir(),
    entries,
    ports,
    onReady: (stack) => process.stdout.write(`${JSON.stringify(stack.state())}\n`),
  });
  process.exit(code);
} catch (error) {
  process.stderr.write(`${error instanceof Obstacle ? error.message : error.stack}\n`);
  process.exit(1);
}
