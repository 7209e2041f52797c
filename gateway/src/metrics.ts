import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

const secondsBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];

export type Metrics = ReturnType<typeof createMetrics>;

/** Labels are small closed sets: route, status, code, subgraph. Nothing that a client chooses becomes one. */
export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    requests: new Counter({
      name: 'zhijia_gateway_requests_total',
      help: 'Answered requests',
      labelNames: ['route', 'status'],
      registers,
    }),
    outcomes: new Counter({
      name: 'zhijia_gateway_outcomes_total',
      help: 'Answered requests by how they ended: answered, refused (the client may not or must ask otherwise), retryable, failed',
      labelNames: ['route', 'outcome'],
      registers,
    }),
    requestSeconds: new Histogram({
      name: 'zhijia_gateway_request_duration_seconds',
      help: 'From the first byte of a request to the last of its answer',
      labelNames: ['route'],
      buckets: secondsBuckets,
      registers,
    }),
    errors: new Counter({
      name: 'zhijia_gateway_errors_total',
      help: 'Errors told to clients, by code',
      labelNames: ['code'],
      registers,
    }),
    tokens: new Counter({
      name: 'zhijia_gateway_tokens_total',
      help: 'Accepted tokens: verified now, or remembered',
      labelNames: ['how'],
      registers,
    }),
    subgraphSeconds: new Histogram({
      name: 'zhijia_gateway_subgraph_duration_seconds',
      help: 'From a fetch to the last byte of its answer; outcome is answered or unavailable',
      labelNames: ['subgraph', 'outcome'],
      buckets: secondsBuckets,
      registers,
    }),
    breakerOpen: new Gauge({
      name: 'zhijia_gateway_breaker_open',
      help: '1 while nothing is asked of a subgraph, because it stands still or cannot be reached',
      labelNames: ['subgraph'],
      registers,
    }),
    breakerOpenings: new Counter({
      name: 'zhijia_gateway_breaker_openings_total',
      help: 'How often a subgraph was given up until it says again that it lives',
      labelNames: ['subgraph'],
      registers,
    }),
    repeatedFetches: new Counter({
      name: 'zhijia_gateway_repeated_fetches_total',
      help: 'Reads sent a second time because their connection was refused or lost',
      labelNames: ['subgraph'],
      registers,
    }),
    sharedAnswers: new Counter({
      name: 'zhijia_gateway_shared_answers_total',
      help: 'Fetches of what everybody is told alike that no subgraph was asked: held, or awaited with somebody else',
      labelNames: ['how'],
      registers,
    }),
    executions: new Counter({
      name: 'zhijia_gateway_executions_total',
      help: 'Executed operations: compiled, or stock where a plan is not compiled',
      labelNames: ['executor'],
      registers,
    }),
    planSeconds: new Histogram({
      name: 'zhijia_gateway_plan_duration_seconds',
      help: 'Planning and compiling an operation that was not known',
      buckets: secondsBuckets,
      registers,
    }),
    plannedOperations: new Gauge({
      name: 'zhijia_gateway_planned_operations',
      help: 'Operations whose plans are held',
      registers,
    }),
    plannedBytes: new Gauge({
      name: 'zhijia_gateway_planned_bytes',
      help: 'What the held plans weigh, about',
      registers,
    }),
    replacements: new Counter({
      name: 'zhijia_gateway_graph_replacements_total',
      help: 'Graphs whose files changed: replaced, or refused because the new one cannot be served',
      labelNames: ['outcome'],
      registers,
    }),
    emptiedAnswers: new Counter({
      name: 'zhijia_gateway_emptied_answers_total',
      help: 'Answers without an error in which a null emptied what it stood in',
      registers,
    }),
  };
}

/** Counts the breaker of one subgraph, from the first scrape on. */
export function countBreaker(metrics: Metrics, subgraph: string): (isOpen: boolean) => void {
  metrics.breakerOpen.set({ subgraph }, 0);
  metrics.breakerOpenings.inc({ subgraph }, 0);
  return (isOpen) => {
    metrics.breakerOpen.set({ subgraph }, isOpen ? 1 : 0);
    if (isOpen) metrics.breakerOpenings.inc({ subgraph });
  };
}
