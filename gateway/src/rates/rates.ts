import type { Audience, Viewer } from '@zhijia/access';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Rate, RateLimits } from './rate-limits.js';

type Asked = 'requests' | 'cost';
type Asker = 'member' | 'client';

const minuteSeconds = 60;

/**
 * Counts what is asked of this process, by person and by client of each audience, in windows of a minute from the first
 * request in it.
 */
export class Rates {
  private readonly limiters: ReadonlyMap<Audience, readonly Limiter[]>;

  /** @param limits an audience that is left out has none */
  constructor(limits: RateLimits) {
    this.limiters = new Map(
      Object.entries(limits).map(([audience, { member, client }]) => [
        audience as Audience,
        [...limitersOf(member, 'member'), ...limitersOf(client, 'client')],
      ]),
    );
  }

  /**
   * Takes it from what is left to the viewer and to the viewer's client.
   *
   * @returns 0, or the seconds after which it may be asked again
   */
  async secondsToWait(viewer: Viewer, asked: Asked, points: number): Promise<number> {
    let seconds = 0;
    for (const limiter of this.limiters.get(viewer.audience) ?? []) {
      if (limiter.counts === asked) seconds = Math.max(seconds, await limiter.take(viewer, points));
    }
    return seconds;
  }
}

interface Limiter {
  counts: Asked;
  take(viewer: Viewer, points: number): Promise<number>;
}

function limitersOf(rate: Rate | null, asker: Asker): Limiter[] {
  if (rate === null) return [];
  return [limiterOf('requests', rate.requestsPerMinute, asker), limiterOf('cost', rate.costPerMinute, asker)];
}

function limiterOf(counts: Asked, points: number, asker: Asker): Limiter {
  const limiter = new RateLimiterMemory({ points, duration: minuteSeconds });
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
