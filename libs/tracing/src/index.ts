export { SpanKind, type Span, type SpanContext } from '@opentelemetry/api';
export { currentTraceId, currentTraceparent, runForCauses, runInSpan, traceHeaders } from './current-work.js';
export {
  inSpan,
  isRecorded,
  markCurrentFailed,
  markFailed,
  startSpan,
  startSpanForStranger,
  type SpanOptions,
} from './spans.js';
export { startTracing, type RunningTracing } from './start-tracing.js';
export { isSampled, readTraceparent, writeTraceparent } from './traceparent.js';
export { tracingConfigOf, tracingEnv, type TracingConfig } from './tracing.config.js';
