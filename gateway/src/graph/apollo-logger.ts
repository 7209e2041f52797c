import type { Log } from '@zhijia/logging';

/** Apollo's packages tell much at `info` that only matters when something is looked for. */
export function apolloLogger(log: Log) {
  const at = (level: 'debug' | 'warn' | 'error') => (message?: unknown) => {
    log[level]({ from: 'apollo' }, message instanceof Error ? message.name : String(message));
  };
  return { debug: at('debug'), info: at('debug'), warn: at('warn'), error: at('error') };
}
