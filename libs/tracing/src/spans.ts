import { randomUUID } from 'node:crypto';
import {
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Attributes,
  type Link,
  type Span,
  type SpanContext,
  type SpanKind,
  type Tracer,
} from '@opentelemetry/api';
import { currentSpan, runInChildSpan } from './current-work.js';
import { isSampled } from './traceparent.js';

/** Absent while nothing is exported: then a span is two ids that go from hop to hop, and nothing is kept of it. */
interface Recording {
  readonly tracer: Tracer;
  /** Of the traces that begin here, the share that is recorded. */
  readonly share: number;
}

let recording: Recording | null = null;

/** For `startTracing` alone. */
export function recordWith(next: Recording | null): void {
  recording = next;
}

export interface SpanOptions {
  readonly kind?: SpanKind;
  /** Names and counts of ours. Nothing that a person wrote or is, no statement's parameters, no variables. */
  readonly attributes?: Attributes;
  readonly links?: Link[];
  readonly startTime?: number;
}

/**
 * The span of work that something outside of this process began, or null: of work that begins a trace. A trace that
 * was begun elsewhere is recorded here if it is recorded there.
 */
export function startSpan(name: string, parent: SpanContext | null, options: SpanOptions = {}): Span {
  const begun = parent ?? newTrace();
  if (recording === null || !isSampled(begun)) return trace.wrapSpanContext(begun);
  const context = parent === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
  return recording.tracer.startSpan(name, options, context);
}

/**
 * The span of a request that came from anybody: its trace goes on, so that both sides find it under one id, but
 * whether it is recorded is decided here.
 */
export function startSpanForStranger(name: string, claimed: SpanContext | null, options: SpanOptions = {}): Span {
  return startSpan(name, claimed === null ? null : { ...claimed, traceFlags: chosenFlags() }, options);
}

/**
 * Runs work in a span below the current one, if that is recorded. The span says that it failed and the error's class or
 * code, never its message: drivers quote values there.
 */
export function inSpan<Result>(
  name: string,
  options: SpanOptions,
  work: (span: Span | null) => Promise<Result>,
): Promise<Result> {
  const parent = currentSpan();
  // Whatever is not recorded pays nothing for it, no promise either.
  if (recording === null || parent === undefined || !parent.isRecording()) return work(null);
  return inRecordedSpan(recording.tracer.startSpan(name, options, trace.setSpan(ROOT_CONTEXT, parent)), work);
}

async function inRecordedSpan<Result>(span: Span, work: (span: Span) => Promise<Result>): Promise<Result> {
  try {
    return await runInChildSpan(span, () => work(span));
  } catch (error) {
    markFailed(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/** Whether what happens now is recorded: asked before anything is computed for a span alone. */
export function isRecorded(): boolean {
  return recording !== null && currentSpan()?.isRecording() === true;
}

/** The same of the work at hand, where its error is caught far from where the span ends. */
export function markCurrentFailed(error: unknown): void {
  const span = currentSpan();
  if (span?.isRecording() === true) markFailed(span, error);
}

export function markFailed(span: Span, error: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.setAttribute('error.type', typeOf(error));
}

function typeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const code: unknown = 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^\w{1,64}$/.test(code) ? code : error.name;
}

function newTrace(): SpanContext {
  const ids = randomUUID().replaceAll('-', '') + randomUUID().replaceAll('-', '');
  return { traceId: ids.slice(0, 32), spanId: ids.slice(32, 48), traceFlags: chosenFlags() };
}

function chosenFlags(): TraceFlags {
  return recording !== null && Math.random() < recording.share ? TraceFlags.SAMPLED : TraceFlags.NONE;
}
