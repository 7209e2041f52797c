import { row, type Queryable } from '@zhijia/database';
import type { TopicLag } from './consumer-lag.js';
import type { ConsumerFigures } from './consumer-tally.js';

/** What lies in the tables. Counts stop at 100,000: beyond that the answer is "many", and counting would cost more. */
export interface StoredFigures {
  readonly outboxRows: number;
  /** How long the oldest event waits to be published; 0 when none does. */
  readonly outboxLagSeconds: number;
  readonly deadLetters: number;
  readonly parkedEvents: number;
  /** How long the oldest event waits for its cause. */
  readonly parkedLongestSeconds: number;
}

/** What this process does. */
export interface LiveFigures {
  readonly consumer: ConsumerFigures;
  /** Whether the broker has given this process its partitions; null for a service that reacts to nothing. */
  readonly isConsuming: boolean | null;
  /** Since it started. */
  readonly published: number;
  /** Whether this process is the one that relays. */
  readonly isRelaying: boolean;
  /** By topic, as the broker knows it for the whole service; null while the broker is away. */
  readonly lag: readonly TopicLag[] | null;
}

export interface MessagingFigures extends StoredFigures, LiveFigures {}

/** Events that wait for longer than this are late: a relay or a consumer does not keep up, or stands still. */
export const laggingSeconds = 30;

export async function readStoredFigures(db: Queryable): Promise<StoredFigures> {
  const figures = await row<StoredFigures>(
    db,
    `SELECT
       (SELECT count(*) FROM (SELECT FROM outbox WHERE published_at IS NULL LIMIT 100000) AS counted) AS "outboxRows",
       coalesce((SELECT greatest(0, extract(epoch FROM zhijia_now() - occurred_at)) FROM outbox
         WHERE published_at IS NULL ORDER BY id LIMIT 1), 0)::double precision AS "outboxLagSeconds",
       (SELECT count(*) FROM (SELECT FROM dead_letter LIMIT 100000) AS counted) AS "deadLetters",
       (SELECT count(*) FROM (SELECT FROM parked_event LIMIT 100000) AS counted) AS "parkedEvents",
       coalesce((SELECT greatest(0, extract(epoch FROM zhijia_now() - parked_at)) FROM parked_event
         ORDER BY id LIMIT 1), 0)::double precision AS "parkedLongestSeconds"`,
  );
  if (figures === null) throw new Error('The figures have no row');
  return figures;
}
