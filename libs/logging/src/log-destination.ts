import { destination } from 'pino';

/** Lines that wait while nothing can be written: enough for the story of a full disk, little beside a process. */
const waitingCharacters = 1_000_000;

/**
 * Where lines go, at once. A log that cannot be written, because its disk is full, is no reason to end: lines wait for
 * space as long as there are not too many, and then are lost.
 *
 * @param fd standard error; standard output belongs to results
 */
export function logDestination(fd = 2) {
  const lines = destination({ fd, sync: true, maxLength: waitingCharacters });
  lines.on('error', () => undefined);
  return lines;
}
