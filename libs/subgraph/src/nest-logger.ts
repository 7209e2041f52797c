import type { LoggerService } from '@nestjs/common';
import type { Log } from '@zhijia/logging';

/** Nest's own lines in the log's form: its warnings and errors, without the start-up chatter. */
export function nestLogger(log: Log): LoggerService {
  return {
    log: () => undefined,
    warn: (message: unknown) => log.warn({ nest: String(message) }, 'Nest warns'),
    error: (message: unknown) =>
      log.error(message instanceof Error ? { err: message } : { nest: String(message) }, 'Nest failed'),
  };
}
