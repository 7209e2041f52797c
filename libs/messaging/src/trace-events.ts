import {
  isSampled,
  readTraceparent,
  runInSpan,
  SpanKind,
  startSpan,
  markFailed,
  type SpanContext,
} from '@zhijia/tracing';
import type { Reaction, ReceivedEvent } from './reaction.js';
import type { OutboxRow } from './relay-session.js';

/** A span may be caused by hundreds of others; so many are named in it. */
const mostLinks = 32;

/**
 * Applies events in their trace: what a reaction asks of the database and tells others belongs to what caused it.
 * Events of several traces together begin one of their own that links to them; what it tells about an aggregate of
 * theirs goes on with the trace of that aggregate's event.
 */
export async function inTraceOf<Result>(
  reaction: Reaction,
  events: readonly ReceivedEvent[],
  apply: () => Promise<Result>,
): Promise<Result> {
  const causes = new Map<string, string>();
  for (const { aggregateId, traceparent } of events) if (traceparent !== null) causes.set(aggregateId, traceparent);
  const traces = contextsOf(causes.values());
  const isOneTrace = traces.length === 1 && events.every(({ traceparent }) => traceparent !== null);
  const [first = null] = isOneTrace ? traces : [];
  const span = startSpan(`process ${reaction.contract.topic}`, first, {
    kind: SpanKind.CONSUMER,
    attributes: {
      'messaging.system': 'kafka',
      'messaging.operation.type': 'process',
      'messaging.destination.name': reaction.contract.topic,
      'messaging.batch.message_count': events.length,
      'zhijia.reaction': reaction.name,
    },
    links: isOneTrace
      ? []
      : traces
          .filter(isSampled)
          .slice(0, mostLinks)
          .map((context) => ({ context })),
  });
  try {
    return await runInSpan(span, apply, isOneTrace ? null : causes);
  } catch (error) {
    markFailed(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/** Of each trace among these its first span. */
function contextsOf(traceparents: Iterable<string>): SpanContext[] {
  const byTrace = new Map<string, SpanContext>();
  for (const traceparent of traceparents) {
    const context = readTraceparent(traceparent);
    if (context !== null && !byTrace.has(context.traceId)) byTrace.set(context.traceId, context);
  }
  return [...byTrace.values()];
}

/** The way to the broker, for those rows whose trace is recorded. They went together, from `startTime` until now. */
export function recordSending(rows: readonly OutboxRow[], startTime: number): void {
  for (const { traceparent, topic, type } of rows) {
    // Most are not, and a busy relay sends thousands a second.
    if (traceparent?.endsWith('-01') !== true) continue;
    startSpan(`send ${topic}`, readTraceparent(traceparent), {
      kind: SpanKind.PRODUCER,
      startTime,
      attributes: {
        'messaging.system': 'kafka',
        'messaging.operation.type': 'send',
        'messaging.destination.name': topic,
        'zhijia.event': type,
      },
    }).end();
  }
}
