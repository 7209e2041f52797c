import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

const grades = 7;

/**
 * A sealed ballot for each of so many slots of a campaign, stored where casting stores it. Envelopes are what a voter's
 * client seals, made on all cores with OpenSSL: through WebCrypto the voters of a city would take longer than their
 * tally. Stored in the order of a shuffled deck, as people vote.
 *
 * @param {{ databaseUrl: string, campaignId: string, manifest: object, manifestHash: string, count: number }} options
 * @returns how often each answer (0 to 6) was given, by target
 */
export async function sealBallots({ count, ...task }) {
  const threads = availableParallelism();
  const shares = await Promise.all(
    Array.from({ length: threads }, (_, share) => {
      const from = Math.floor((count * share) / threads);
      const to = Math.floor((count * (share + 1)) / threads);
      return resultOf({ ...task, from, count: to - from });
    }),
  );
  return task.manifest.targetIds.map((_, target) =>
    Array.from({ length: grades }, (_, answer) =>
      shares.reduce((sum, answers) => sum + answers[target * grades + answer], 0),
    ),
  );
}

function resultOf(workerData) {
  return new Promise((resolve, reject) => {
    const thread = new Worker(join(import.meta.dirname, 'sealing-thread.mjs'), { workerData });
    thread.once('message', resolve);
    thread.once('error', reject);
    thread.once('exit', (code) => code !== 0 && reject(new Error(`A sealing thread ended with code ${code}`)));
  });
}
