import { AsyncLocalStorage } from 'node:async_hooks';
import type { Span } from '@opentelemetry/api';
import { writeTraceparent } from './traceparent.js';

interface Work {
  readonly span: Span;
  /** Of work on many things at once, begun by many traces: by the thing's id, the `traceparent` that asked for it. */
  readonly causes: ReadonlyMap<string, string> | null;
}

const current = new AsyncLocalStorage<Work>();

/** Runs work in a span: what it logs, asks of the database and writes to the outbox belongs to the span's trace. */
export function runInSpan<Result>(
  span: Span,
  work: () => Result,
  causes: ReadonlyMap<string, string> | null = null,
): Result {
  return current.run({ span, causes }, work);
}

/** A span within the work at hand; what it is about stays. */
export function runInChildSpan<Result>(span: Span, work: () => Result): Result {
  return current.run({ span, causes: current.getStore()?.causes ?? null }, work);
}

/** Within the span at hand, work on many things at once: what it tells about one of them goes on with that one's trace. */
export function runForCauses<Result>(causes: ReadonlyMap<string, string>, work: () => Result): Result {
  const span = currentSpan();
  return span === undefined ? work() : current.run({ span, causes }, work);
}

export function currentSpan(): Span | undefined {
  return current.getStore()?.span;
}

/** For log lines. */
export function currentTraceId(): string | undefined {
  return current.getStore()?.span.spanContext().traceId;
}

/** For a request to another part of the product. */
export function traceHeaders(): { readonly traceparent?: string } {
  const traceparent = currentTraceparent();
  return traceparent === undefined ? {} : { traceparent };
}

/** For what goes on elsewhere: of the thing that is told about, or of the work as a whole. */
export function currentTraceparent(thingId?: string): string | undefined {
  const work = current.getStore();
  if (work === undefined) return undefined;
  const cause = thingId === undefined ? undefined : work.causes?.get(thingId);
  return cause ?? writeTraceparent(work.span.spanContext());
}
