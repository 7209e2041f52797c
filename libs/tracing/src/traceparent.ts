import { isSpanContextValid, TraceFlags, type SpanContext } from '@opentelemetry/api';

/** https://www.w3.org/TR/trace-context-1/#traceparent-header-field-values; later versions may append, `ff` is none. */
const form = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;

/** What a `traceparent` says, or null where it says nothing that may be believed: it comes from outside. */
export function readTraceparent(text: string | null | undefined): SpanContext | null {
  if (text === null || text === undefined || text.length > 100) return null;
  const [, version, traceId, spanId, flags] = form.exec(text) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return null;
  if (version === '00' && text.length !== 55) return null;
  const context = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED, isRemote: true };
  return isSpanContextValid(context) ? context : null;
}

export function writeTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${isSampled({ traceFlags }) ? '01' : '00'}`;
}

export function isSampled({ traceFlags }: Pick<SpanContext, 'traceFlags'>): boolean {
  return (traceFlags & TraceFlags.SAMPLED) !== 0;
}
