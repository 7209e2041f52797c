import { unwatchFile, watchFile } from 'node:fs';
import type { Log } from '@zhijia/logging';
import type { Metrics } from '../metrics.js';
import type { GraphSlot, OpenGraph } from './graph-slot.js';

/** A file is looked at this often: what replaces it (an editor, a mounted volume) need not tell anybody. */
const lookEveryMs = 500;

/**
 * Puts a new graph into its place whenever one of its files changes. The new one is ready before it is asked anything;
 * when it cannot be made, the one before stays.
 *
 * @returns stops looking, and waits for the exchange under way
 */
export function replaceOnChange(
  files: readonly string[],
  slot: GraphSlot,
  open: () => Promise<OpenGraph>,
  metrics: Metrics,
  log: Log,
): () => Promise<void> {
  let replacing = Promise.resolve();
  let isWanted = false;
  const replace = async (): Promise<void> => {
    isWanted = false;
    try {
      const next = await open();
      const isClosed = slot.replace(next);
      log.info({ files }, 'The graph is replaced');
      metrics.replacements.inc({ outcome: 'replaced' });
      await isClosed;
    } catch (error) {
      metrics.replacements.inc({ outcome: 'refused' });
      log.error({ err: error, files }, 'The changed graph cannot be served');
    }
  };
  const onChange = (): void => {
    // Several files of one graph change at a time.
    if (isWanted) return;
    isWanted = true;
    replacing = replacing.then(replace);
  };
  for (const file of files) watchFile(file, { interval: lookEveryMs, persistent: false }, onChange);
  return async () => {
    for (const file of files) unwatchFile(file, onChange);
    await replacing;
  };
}
