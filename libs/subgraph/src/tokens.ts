import type { LiveFigures } from '@zhijia/messaging';

/** Injection tokens of what has no class: `@Inject(LOG) log: Log`. */
export const LOG = Symbol('zhijia:log');
export const SUBGRAPH_CONFIG = Symbol('zhijia:subgraph-config');
/** Holds `{ current: WorkerStatus | null }`: the worker reports, the health answer asks. */
export const WORKER_STATUS = Symbol('zhijia:worker-status');

export interface WorkerStatus {
  /** Reasons why something runs late or waits; empty while all is well. */
  degraded(): Promise<readonly string[]>;
  /** For the metrics page. */
  figures(): Promise<LiveFigures>;
}
