import { poolFigures, type Queryable } from '@zhijia/database';
import type { LiveFigures, StoredFigures } from '@zhijia/messaging';
import type { Counter, Gauge } from 'prom-client';
import type { DataSource } from 'typeorm';
import type { Health } from '../health.js';
import type { WorkerStatus } from '../tokens.js';
import type { Figure, Reading } from './figure.js';
import { remembered } from './remembered.js';
import type { ServiceMetrics } from './service-metrics.js';

const figuresRememberedMs = 15_000;

export interface MetricsPageParts {
  readonly metrics: ServiceMetrics;
  readonly db: DataSource;
  readonly probe: Queryable;
  readonly health: Health;
  readonly worker: { readonly current: WorkerStatus | null };
  readonly figures: readonly Figure[];
  readonly group: string;
}

/** The page that Prometheus reads: what is counted as it happens, and what is looked up now. */
export class MetricsPage {
  readonly contentType: string;
  private readonly figures: readonly { gauge: Gauge; read: () => Promise<readonly Reading[] | null>; figure: Figure }[];

  constructor(private readonly parts: MetricsPageParts) {
    this.contentType = parts.metrics.registry.contentType;
    this.figures = parts.figures.map((figure) => ({
      figure,
      gauge: parts.metrics.gauge(figure.name, figure.help, figure.labelName === undefined ? [] : [figure.labelName]),
      read: remembered(figuresRememberedMs, () => figure.read(parts.probe).catch(() => null)),
    }));
  }

  async render(): Promise<string> {
    const { metrics, health, worker } = this.parts;
    const [state, stored, live] = await Promise.all([
      health.databaseState(),
      health.storedFigures(),
      worker.current?.figures() ?? null,
      ...this.figures.map((each) => this.showFigure(each)),
    ]);
    metrics.databaseReachable.set(state === null ? 0 : 1);
    show(metrics.migrationsPending, state?.migrationsPending);
    this.showPool();
    this.showStored(stored);
    if (live !== null) this.showLive(live);
    return metrics.registry.metrics();
  }

  private showPool(): void {
    const { metrics, db } = this.parts;
    const pool = poolFigures(db);
    if (pool === null) return;
    metrics.poolSize.set(pool.size);
    metrics.poolConnections.set({ state: 'busy' }, pool.busy);
    metrics.poolConnections.set({ state: 'idle' }, pool.idle);
    metrics.poolWaiting.set(pool.waiting);
  }

  private showStored(stored: StoredFigures | null): void {
    const { metrics } = this.parts;
    show(metrics.outboxWaitingEvents, stored?.outboxRows);
    show(metrics.outboxOldestWaitingSeconds, stored?.outboxLagSeconds);
    show(metrics.deadLetters, stored?.deadLetters);
    show(metrics.parkedEvents, stored?.parkedEvents);
    show(metrics.parkedOldestSeconds, stored?.parkedLongestSeconds);
  }

  private showLive({ consumer, isConsuming, isRelaying, published, lag }: LiveFigures): void {
    const { metrics, group } = this.parts;
    metrics.relayLeads.set(isRelaying ? 1 : 0);
    count(metrics.relayPublishedEvents, [[{}, published]]);
    metrics.brokerReachable.set(lag === null ? 0 : 1);
    show(metrics.consumerRunning, isConsuming === null ? undefined : Number(isConsuming));
    metrics.consumerLagEvents.reset();
    for (const { topic, events } of lag ?? []) metrics.consumerLagEvents.set({ topic, group }, events);
    metrics.consumerOldestAtHandSeconds.set(consumer.lagSeconds);
    count(metrics.consumerUnreadableEvents, [[{}, consumer.unreadable]]);
    count(metrics.reactionAppliedEvents, labelled('reaction', consumer.handled));
    count(metrics.consumerUnknownEvents, labelled('type', consumer.unknownTypes));
  }

  private async showFigure({ figure, gauge, read }: MetricsPage['figures'][number]): Promise<void> {
    const readings = await read();
    gauge.reset();
    if (figure.labelName === undefined) gauge.remove();
    for (const { label, value } of readings ?? []) {
      if (figure.labelName === undefined) gauge.set(value);
      else gauge.set({ [figure.labelName]: label ?? '' }, value);
    }
  }
}

/** What is not known is not shown. */
function show(gauge: Gauge<never>, value: number | undefined): void {
  if (value === undefined) gauge.remove();
  else gauge.set(value);
}

/** Counted elsewhere since this process began: shown as it stands. */
function count<Label extends string>(
  counter: Counter<Label>,
  counts: readonly (readonly [Partial<Record<Label, string>>, number])[],
): void {
  counter.reset();
  for (const [labels, total] of counts) counter.inc(labels, total);
}

function labelled<Label extends string>(
  label: Label,
  counts: Readonly<Record<string, number>>,
): [Record<Label, string>, number][] {
  return Object.entries(counts).map(([value, total]) => [{ [label]: value } as Record<Label, string>, total]);
}
