import { z } from 'zod';

/**
 * Variables of every process that takes part in traces, under the names OpenTelemetry gave them. Its exporter reads
 * more of them by itself (`OTEL_EXPORTER_OTLP_HEADERS`, `_TIMEOUT`, `_COMPRESSION`, `_CERTIFICATE`).
 */
export const tracingEnv = {
  /** Where spans go, by OTLP over HTTP; `/v1/traces` is put behind. Absent: nothing is recorded. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  /** Of the traces that begin here, the share that is recorded. */
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1),
};

export interface TracingConfig {
  readonly endpoint: string | null;
  readonly share: number;
}

export function tracingConfigOf(parsed: {
  OTEL_EXPORTER_OTLP_ENDPOINT?: string | undefined;
  OTEL_TRACES_SAMPLER_ARG: number;
}): TracingConfig {
  return { endpoint: parsed.OTEL_EXPORTER_OTLP_ENDPOINT ?? null, share: parsed.OTEL_TRACES_SAMPLER_ARG };
}
