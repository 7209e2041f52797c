/**
 * Ends this process when the one that started it is gone: its end of the pipe closes even when it is killed.
 * Without it a killed `npm start` would leave services behind.
 */
export function endWithParent(stop: () => void): void {
  process.stdin.resume();
  process.stdin.once('end', stop);
  process.stdin.once('error', stop);
  process.stdin.unref();
}
