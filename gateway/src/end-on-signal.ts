import type { Log } from '@zhijia/logging';

const drainLimitMs = 10_000;

/**
 * SIGTERM and SIGINT drain; what does not end in time is cut, so that a deployment never hangs. On a leash the process
 * also ends with the one that started it: its end of the pipe closes even when it is killed.
 */
export function endOnSignal(stop: () => Promise<void>, log: Log, isLeashed: boolean): void {
  const end = (): void => {
    setTimeout(() => process.exit(1), drainLimitMs).unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'Stopping failed');
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  if (!isLeashed) return;
  process.stdin.resume();
  process.stdin.once('end', end);
  process.stdin.once('error', end);
  process.stdin.unref();
}
