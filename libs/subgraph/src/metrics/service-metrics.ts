import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

const waitBuckets = [0.005, 0.02, 0.1, 0.5, 1, 2.5, 5];
const jobBuckets = [0.01, 0.1, 0.5, 1, 5, 15, 60, 300, 900];

/**
 * Every metric of a service, each with its name, meaning and unit in this one place; what one service alone counts of
 * its own data is a `Figure` in that service. Labels are small closed sets: nothing that a client, a member or a
 * stranger's message says becomes one. None is called `job` or `instance`: Prometheus takes those names for its own.
 */
export class ServiceMetrics {
  readonly registry = new Registry();

  constructor(service: string) {
    this.registry.setDefaultLabels({ service });
    collectDefaultMetrics({ register: this.registry });
  }

  readonly databaseReachable = this.gauge(
    'zhijia_database_reachable',
    '1 while the database answers within two seconds, else 0',
  );
  readonly migrationsPending = this.gauge(
    'zhijia_database_migrations_pending',
    'Migrations of this version that the database does not have; absent while it is away',
  );
  readonly poolSize = this.gauge('zhijia_database_pool_size', 'Connections this process may have at most');
  readonly poolConnections = this.gauge('zhijia_database_pool_connections', 'Connections this process has', ['state']);
  readonly poolWaiting = this.gauge('zhijia_database_pool_waiting', 'Requests that wait for a connection just now');
  readonly poolWaitSeconds = new Histogram({
    name: 'zhijia_database_pool_wait_seconds',
    help: 'How long requests waited for a connection, of those that had to wait',
    buckets: waitBuckets,
    registers: [this.registry],
  });

  readonly outboxWaitingEvents = this.gauge(
    'zhijia_outbox_waiting_events',
    'Events not yet given to the broker; counted up to 100,000',
  );
  readonly outboxOldestWaitingSeconds = this.gauge(
    'zhijia_outbox_oldest_waiting_seconds',
    'How long the oldest of them waits; 0 when none does',
  );
  readonly relayLeads = this.gauge('zhijia_relay_leads', '1 in the process that relays the outbox, 0 in the others');
  readonly relayPublishedEvents = this.counter(
    'zhijia_relay_published_events_total',
    'Events given to the broker by this process',
  );
  readonly brokerReachable = this.gauge('zhijia_broker_reachable', '1 while the broker answers this worker, else 0');

  readonly consumerRunning = this.gauge(
    'zhijia_consumer_running',
    '1 while the broker gives this worker its partitions; absent in a service that reacts to nothing',
  );
  readonly consumerLagEvents = this.gauge(
    'zhijia_consumer_lag_events',
    'Events of a topic that the group has not committed, by the broker; absent while it is away',
    ['topic', 'group'],
  );
  readonly consumerOldestAtHandSeconds = this.gauge(
    'zhijia_consumer_oldest_at_hand_seconds',
    'How long ago the broker got the oldest event that is being applied; 0 when none is',
  );
  readonly reactionAppliedEvents = this.counter(
    'zhijia_reaction_applied_events_total',
    'Events that were new to a reaction and applied by this process',
    ['reaction'],
  );
  readonly consumerUnknownEvents = this.counter(
    'zhijia_consumer_unknown_events_total',
    'Events to which nothing here reacts, by type; what is no type is counted as other',
    ['type'],
  );
  readonly consumerUnreadableEvents = this.counter(
    'zhijia_consumer_unreadable_events_total',
    'Messages that could not be read and became dead letters',
  );
  readonly deadLetters = this.gauge('zhijia_dead_letters', 'Events that could not be applied and wait for an operator');
  readonly parkedEvents = this.gauge('zhijia_parked_events', 'Events that wait for their cause');
  readonly parkedOldestSeconds = this.gauge(
    'zhijia_parked_oldest_seconds',
    'How long the oldest of them waits; 0 when none does',
  );

  readonly jobRuns = this.counter(
    'zhijia_job_runs_total',
    'Runs of a job in this process, by outcome: done or failed',
    ['name', 'outcome'],
  );
  readonly jobSeconds = new Histogram({
    name: 'zhijia_job_duration_seconds',
    help: 'How long a run of a job took',
    labelNames: ['name'],
    buckets: jobBuckets,
    registers: [this.registry],
  });
  readonly jobLastDone = this.gauge(
    'zhijia_job_last_done_timestamp_seconds',
    'When this process last ended a run of the job without failing, seconds since 1970',
    ['name'],
  );

  readonly mutations = this.counter(
    'zhijia_mutations_total',
    'Answered mutations by their outcome: a member of the result union, or failed',
    ['mutation', 'outcome'],
  );
  readonly graphErrors = this.counter('zhijia_graph_errors_total', 'Errors told to the gateway, by code', ['code']);

  /** A gauge that stands on the page only while its value is known: an old value would be a lie. */
  gauge<Label extends string = never>(name: string, help: string, labelNames: readonly Label[] = []): Gauge<Label> {
    const gauge = new Gauge({ name, help, labelNames: [...labelNames], registers: [this.registry] });
    if (labelNames.length === 0) gauge.remove();
    return gauge;
  }

  private counter<Label extends string = never>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
  ): Counter<Label> {
    return new Counter({ name, help, labelNames: [...labelNames], registers: [this.registry] });
  }
}
