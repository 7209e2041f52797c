import { recordWith } from './spans.js';
import type { TracingConfig } from './tracing.config.js';

export interface RunningTracing {
  /** Sends what is left; returns after 3 s at the latest, for a collector that is away holds nobody. */
  stop(): Promise<void>;
}

const stopWithinMs = 3_000;

/**
 * Records spans of this process from now on, if there is somewhere to send them; else does nothing, and does not even
 * load what would. The provider is not made global: libraries that know OpenTelemetry stay silent.
 */
export async function startTracing(service: string, config: TracingConfig): Promise<RunningTracing> {
  if (config.endpoint === null) return { stop: async () => {} };
  const [{ AlwaysOnSampler, BatchSpanProcessor, TracerProvider }, { OTLPTraceExporter }, { resourceFromAttributes }] =
    await Promise.all([
      import('@opentelemetry/sdk-trace'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
    ]);
  const exporter = new OTLPTraceExporter({ url: `${config.endpoint.replace(/\/$/, '')}/v1/traces` });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.namespace': 'zhijia', 'service.name': service }),
    // What is not to be recorded never comes this far.
    sampler: new AlwaysOnSampler(),
    spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: 1_000 })],
  });
  recordWith({ tracer: provider.getTracer('zhijia'), share: config.share });
  return {
    async stop() {
      recordWith(null);
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, stopWithinMs);
      });
      await Promise.race([provider.shutdown().catch(() => undefined), late]).finally(() => clearTimeout(timer));
    },
  };
}
