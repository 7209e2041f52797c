import { currentTraceId } from '@zhijia/tracing';
import { pino, type Logger } from 'pino';
import { describeError } from './describe-error.js';
import { logDestination } from './log-destination.js';

export type Log = Logger;

/**
 * Structured lines on standard error; standard output belongs to results.
 * Callers log ids, codes and counts. Names, numbers and payloads have no place here, and errors are reduced first.
 * Lines of one request, in all services, have one `traceId`.
 */
export function createLog(options: { service: string; level?: string }): Log {
  return pino(
    {
      level: options.level ?? 'info',
      base: { service: options.service },
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: describeError, error: describeError },
      formatters: { level: (label) => ({ level: label }) },
      mixin: () => {
        const traceId = currentTraceId();
        return traceId === undefined ? {} : { traceId };
      },
    },
    logDestination(),
  );
}
