import { whenParentIsGone } from '../../deploy/local/src/parent.mjs';

const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

/** Calls `interrupt(code)` with the exit code to end with, however somebody asks this command to end. */
export function whenInterrupted(interrupt) {
  // A reader or a terminal that went away is no reason to fall over.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  for (const [signal, code] of Object.entries(exitCodes)) process.on(signal, () => void interrupt(code));
  whenParentIsGone(() => void interrupt(1));
}
