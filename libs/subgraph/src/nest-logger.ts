import type { LoggerService } from '@nestjs/common';
import type { Log } from '@zhijia/logging';

/**
 * Nest's own lines in the log's form: its warnings and errors, without the start-up chatter. What it says about an
 * exception of a request is left out: it quotes messages, which may quote rows, and `formatErrorWith` logs it safely.
 */
export function nestLogger(log: Log): LoggerService {
  return {
    log: () => undefined,
    warn: (message: unknown) => log.warn({ nest: String(message) }, 'Nest warns'),
    error: (message: unknown, ...rest: unknown[]) => {
      if (rest.some((part) => typeof part === 'string' && part.endsWith('ExceptionsHandler'))) return;
      if (message instanceof Error) log.error({ err: message }, 'Nest failed');
      else log.error({ nest: String(message) }, 'Nest failed');
    },
  };
}
