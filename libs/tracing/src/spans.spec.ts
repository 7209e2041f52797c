import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { currentTraceId, currentTraceparent, runForCauses, runInSpan } from './current-work.js';
import { inSpan, isRecorded, recordWith, startSpan, startSpanForStranger } from './spans.js';
import { readTraceparent } from './traceparent.js';

const sampled = readTraceparent('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01');
const unsampled = readTraceparent('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00');

describe('spans', () => {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const record = (share: number): void => recordWith({ tracer: provider.getTracer('test'), share });
  const finished = () =>
    exporter.getFinishedSpans().map((span) => ({
      name: span.name,
      trace: span.spanContext().traceId,
      parent: span.parentSpanContext?.spanId,
    }));

  beforeEach(() => exporter.reset());
  afterEach(() => recordWith(null));

  it('go on with a trace across work that waits', async () => {
    record(1);
    const request = startSpan('request', sampled);
    await runInSpan(request, async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      await inSpan('query', {}, async () => {
        await inSpan('part', {}, async () => undefined);
      });
    });
    request.end();
    const [part, query, root] = finished();
    expect([part?.name, query?.name, root?.name]).toEqual(['part', 'query', 'request']);
    expect(root?.parent).toBe('b7ad6b7169203331');
    expect(query?.parent).toBe(request.spanContext().spanId);
    expect(new Set(finished().map(({ trace }) => trace))).toEqual(new Set([sampled!.traceId]));
  });

  it('are two ids and nothing more while nothing is recorded', async () => {
    const request = startSpan('request', null);
    expect(request.isRecording()).toBe(false);
    await runInSpan(request, () =>
      inSpan('query', {}, async (span) => {
        expect(span).toBeNull();
        expect(isRecorded()).toBe(false);
        expect(currentTraceId()).toMatch(/^[0-9a-f]{32}$/);
        expect(currentTraceparent()).toBe(`00-${currentTraceId()}-${request.spanContext().spanId}-00`);
      }),
    );
    expect(finished()).toEqual([]);
  });

  it('are recorded where the trace is recorded from its beginning', async () => {
    record(1);
    await runInSpan(startSpan('request', unsampled), () => inSpan('query', {}, async () => undefined));
    expect(finished()).toEqual([]);
    expect(currentTraceparent()).toBeUndefined();
  });

  it.each([
    [0, sampled, false],
    [1, unsampled, true],
  ])('of strangers are recorded by our own share (%s), under their id', (share, claimed, isRecording) => {
    record(share);
    const span = startSpanForStranger('request', claimed);
    expect(span.isRecording()).toBe(isRecording);
    expect(span.spanContext().traceId).toBe(claimed!.traceId);
  });

  it('say that something failed, and nothing of what a driver quotes', async () => {
    record(1);
    const request = startSpan('request', null);
    const failing = runInSpan(request, () =>
      inSpan('query', {}, async () => {
        throw Object.assign(new Error('Key (phone)=(13800000000) already exists'), { code: '23505' });
      }),
    );
    await expect(failing).rejects.toThrow();
    const [query] = exporter.getFinishedSpans();
    expect(query?.attributes).toEqual({ 'error.type': '23505' });
    expect(JSON.stringify([query?.status, query?.events])).not.toContain('138');
  });

  it('of work on many things keep what asked for each', () => {
    const causes = new Map([['member-1', 'the cause of member 1']]);
    const batch = startSpan('batch', null);
    runInSpan(
      batch,
      () => {
        expect(currentTraceparent('member-1')).toBe('the cause of member 1');
        expect(currentTraceparent('member-2')).toContain(batch.spanContext().traceId);
      },
      causes,
    );
  });

  it('within other work keep what asked for each, and need no trace', () => {
    const causes = new Map([['ballot-1', 'the cause of ballot 1']]);
    const request = startSpan('request', null);
    runInSpan(request, () =>
      runForCauses(causes, () => {
        expect(currentTraceparent('ballot-1')).toBe('the cause of ballot 1');
        expect(currentTraceparent()).toContain(request.spanContext().spanId);
      }),
    );
    expect(runForCauses(causes, () => currentTraceparent('ballot-1'))).toBeUndefined();
  });
});
