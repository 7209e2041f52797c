import type { Log } from '@zhijia/logging';
import { Redis } from 'ioredis';

const slowestMs = 1_000;
const longestPauseMs = 2_000;

/** A connection that answers soon or fails soon, and comes back by itself: a request waits for it, never a queue. */
export function openRedis(url: string, log: Log): Redis {
  const redis = new Redis(url, {
    connectTimeout: slowestMs,
    commandTimeout: slowestMs,
    // A process that ends does not wait for it.
    disconnectTimeout: 200,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(100 * attempt, longestPauseMs),
  });
  redis.on('error', (error: Error) => log.warn({ err: error }, 'Redis does not answer'));
  return redis;
}
