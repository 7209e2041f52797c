import { createECDH } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

const pointCount = 1_000;

/**
 * Bare P-256 key agreements, one for each envelope that is opened, on all cores at once: the least that an opening costs.
 *
 * @returns agreements a second, all cores together
 */
export async function agreementsPerSecond(count) {
  const threads = availableParallelism();
  const seconds = await Promise.all(
    Array.from(
      { length: threads },
      () =>
        new Promise((resolve, reject) => {
          const worker = new Worker(fileURLToPath(import.meta.url), { workerData: Math.ceil(count / threads) });
          worker.once('message', resolve);
          worker.once('error', reject);
        }),
    ),
  );
  return (Math.ceil(count / threads) * threads) / Math.max(...seconds);
}

if (!isMainThread) {
  const points = Array.from({ length: pointCount }, () => createECDH('prime256v1').generateKeys());
  const key = createECDH('prime256v1');
  key.generateKeys();
  const startedAt = performance.now();
  for (let index = 0; index < workerData; index += 1) key.computeSecret(points[index % pointCount]);
  parentPort.postMessage((performance.now() - startedAt) / 1_000);
}
