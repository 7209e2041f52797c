import type { Audience, Viewer } from '@zhijia/access';
import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Rate, RateLimits } from './rate-limits.js';

type Asked = 'requests' | 'cost';
type Asker = 'member' | 'client';

const minuteSeconds = 60;

/**
 * Counts what is asked, by person and by client of each audience, in windows of a minute from the first request in it: of
 * all gateways that share a Redis, and of this process alone without one or while it does not answer.
 */
export class Rates {
  private readonly limiters: ReadonlyMap<Audience, Readonly<Record<Asked, readonly Limiter[]>>>;

  /** @param limits an audience that is left out has none */
  constructor(limits: RateLimits, redis: Redis | null = null) {
    this.limiters = new Map(
      Object.entries(limits).map(([audience, { member, client }]) => {
        const place = { audience: audience as Audience, redis };
        const all = [...limitersOf(member, 'member', place), ...limitersOf(client, 'client', place)];
        const counting = (asked: Asked): Limiter[] => all.filter(({ counts }) => counts === asked);
        return [place.audience, { requests: counting('requests'), cost: counting('cost') }];
      }),
    );
  }

  /**
   * Takes it from what is left to the viewer and to the viewer's client.
   *
   * @returns 0, or the seconds after which it may be asked again
   */
  secondsToWait(viewer: Viewer, asked: Asked, points: number): Promise<number> {
    const [first, ...others] = this.limiters.get(viewer.audience)?.[asked] ?? [];
    if (first === undefined) return noWait;
    if (others.length === 0) return first.take(viewer, points);
    return Promise.all([first, ...others].map((limiter) => limiter.take(viewer, points))).then((all) =>
      Math.max(...all),
    );
  }
}

const noWait = Promise.resolve(0);

interface Limiter {
  counts: Asked;
  take(viewer: Viewer, points: number): Promise<number>;
}

/** What a count is of, and where it is kept. */
interface Place {
  audience: Audience;
  redis: Redis | null;
}

function limitersOf(rate: Rate | null, asker: Asker, place: Place): Limiter[] {
  if (rate === null) return [];
  return [
    limiterOf('requests', rate.requestsPerMinute, asker, place),
    limiterOf('cost', rate.costPerMinute, asker, place),
  ];
}

function limiterOf(counts: Asked, points: number, asker: Asker, { audience, redis }: Place): Limiter {
  const own = new RateLimiterMemory({ points, duration: minuteSeconds });
  const limiter =
    redis === null
      ? own
      : new RateLimiterRedis({
          storeClient: redis,
          keyPrefix: `zhijia:rate:${audience}:${asker}:${counts}`,
          points,
          duration: minuteSeconds,
          // A limit that is looser for a while is better than nobody being answered.
          insuranceLimiter: own,
          rejectIfRedisNotReady: true,
        });
  return {
    counts,
    take: async (viewer, taken) => {
      try {
        await limiter.consume(keyOf(viewer, asker), taken);
        return 0;
      } catch (refused) {
        if (!(refused instanceof RateLimiterRes)) throw refused;
        return Math.max(1, Math.ceil(refused.msBeforeNext / 1_000));
      }
    },
  };
}

/** Who acts for another acts at their own charge. */
function keyOf({ issuer, subject, client }: Viewer, asker: Asker): string {
  return JSON.stringify([issuer, asker === 'member' ? subject : client]);
}
