import { join } from 'node:path';
import { keepRunning } from '../../deploy/local/src/keep-running.mjs';
import { spawnLeashed } from '../../deploy/local/src/leash.mjs';
import { root } from '../../deploy/local/src/paths.mjs';
import { reservePort } from '../../deploy/local/src/ports.mjs';

/**
 * A worker of a service as a process of its own, beside the one within the service: it takes its share of the partitions
 * and stands by for the relay. `kill()`, `start()`, `pid`. Its health has a port of its own: on the service's it would
 * take the place of a service that is dead.
 */
export async function startWorker(fault, { product, directory }, service) {
  const { port, release } = await reservePort('free');
  fault.undo(release);
  const worker = await keepRunning({
    name: `${service} worker`,
    say: () => {},
    start: async () => {
      const leashed = spawnLeashed(process.execPath, [join(root, 'services', service, 'dist', 'worker.js')], {
        plan: 'TERM:15',
        cwd: root,
        logFile: join(directory, `${service}-worker.log`),
        stdin: 'pipe',
        env: { ...product.stack.environmentOf(service), PORT: String(port) },
      });
      return { leashed, stop: () => leashed.stop() };
    },
  });
  fault.undo(() => worker.stop());
  return worker;
}
