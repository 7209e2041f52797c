import pg from 'pg';

type Connected = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  done: (release?: unknown) => void,
) => void;

/** A pool that tells how long somebody waited for a connection, where all of them were taken. */
export function watchedPool(onWaited: (seconds: number) => void): typeof pg.Pool {
  return class WatchedPool extends pg.Pool {
    override connect(): Promise<pg.PoolClient>;
    override connect(callback: Connected): void;
    override connect(callback?: Connected): Promise<pg.PoolClient> | void {
      const mustWait = this.idleCount === 0 && this.totalCount >= this.options.max;
      if (callback === undefined) return mustWait ? this.connectWatched() : super.connect();
      if (!mustWait) return super.connect(callback);
      const began = performance.now();
      super.connect((...connected) => {
        onWaited((performance.now() - began) / 1_000);
        callback(...connected);
      });
    }

    private async connectWatched(): Promise<pg.PoolClient> {
      const began = performance.now();
      try {
        return await super.connect();
      } finally {
        onWaited((performance.now() - began) / 1_000);
      }
    }
  };
}

export interface PoolFigures {
  readonly size: number;
  readonly busy: number;
  readonly idle: number;
  /** Asked for by somebody who has none yet. */
  readonly waiting: number;
}

export function figuresOfPool(pool: pg.Pool): PoolFigures {
  const { totalCount, idleCount, waitingCount, options } = pool;
  return { size: options.max, busy: totalCount - idleCount, idle: idleCount, waiting: waitingCount };
}
