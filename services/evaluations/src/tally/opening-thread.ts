import { parentPort, workerData } from 'node:worker_threads';
import { createDataSource } from '@zhijia/database';
import { BallotsChangedAfterClosing } from './ballots-changed.js';
import { openShare } from './open-share.js';
import type { ThreadMessage, ThreadTask } from './opening-threads.js';

// One thread of the tally: opens its part of the ballots and hands over what they say.

const { databaseUrl, share } = workerData as ThreadTask;

function say(message: ThreadMessage, moved: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, moved);
}

const db = createDataSource({
  url: databaseUrl,
  applicationName: 'zhijia-evaluations-tally',
  migrations: [],
  poolSize: 1,
  statementTimeoutMs: 120_000,
});
await db.initialize();
try {
  await openShare(db, share, (columns) => {
    const { organisations, strata, grades, codes } = columns;
    // Moved, not copied: the memory of the content stays one time its size.
    say(
      { kind: 'opened', columns },
      [organisations, strata, grades, codes].map(({ buffer }) => buffer),
    );
  });
} catch (error) {
  if (!(error instanceof BallotsChangedAfterClosing)) throw error;
  say({ kind: 'changedAfterClosing' });
} finally {
  await db.destroy();
}
