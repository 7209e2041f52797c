import { laggingSeconds, type StoredFigures } from './figures.js';

/** Stable: health answers and runbooks carry these words. */
export type DegradedReason = 'databaseAway' | 'brokerAway' | 'consumerNotRunning' | 'consumerLagging' | 'outboxLagging';

/** Never "unready": a service goes on serving while its events wait. */
export interface MessagingHealth {
  readonly status: 'ok' | 'degraded';
  readonly reasons: readonly DegradedReason[];
  /** Null while the database is away. */
  readonly outboxRows: number | null;
  readonly outboxLagSeconds: number | null;
  readonly consumerLagSeconds: number;
}

/** What a process knows of itself when it is asked. */
export interface MessagingState {
  /** Null while the database is away. */
  readonly stored: StoredFigures | null;
  readonly isWaitingForDatabase: boolean;
  readonly isBrokerAway: boolean;
  /** Events should come here, and the broker has given this process no partitions. */
  readonly isConsumerMissing: boolean;
  readonly consumerLagSeconds: number;
}

export function judgeHealth(state: MessagingState): MessagingHealth {
  const { stored, consumerLagSeconds } = state;
  const found: readonly [boolean, DegradedReason][] = [
    [stored === null || state.isWaitingForDatabase, 'databaseAway'],
    [state.isBrokerAway, 'brokerAway'],
    [state.isConsumerMissing, 'consumerNotRunning'],
    [consumerLagSeconds > laggingSeconds, 'consumerLagging'],
    [(stored?.outboxLagSeconds ?? 0) > laggingSeconds, 'outboxLagging'],
  ];
  const reasons = found.filter(([holds]) => holds).map(([, reason]) => reason);
  return {
    status: reasons.length === 0 ? 'ok' : 'degraded',
    reasons,
    outboxRows: stored?.outboxRows ?? null,
    outboxLagSeconds: stored?.outboxLagSeconds ?? null,
    consumerLagSeconds,
  };
}
