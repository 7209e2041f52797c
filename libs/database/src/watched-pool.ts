import pg from 'pg';
import { currentDeadline, DeadlinePassed } from './deadline.js';
import type { LateStatements } from './late-statements.js';

type Connected = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  done: (release?: unknown) => void,
) => void;

export interface PoolWatch {
  /** Told how long somebody waited for a connection, where all of them were taken. */
  readonly onWaited?: (seconds: number) => void;
  readonly late: LateStatements;
}

/** A pool that tells how long it is waited for, and gives nobody a connection beyond the deadline of their work. */
export function watchedPool({ onWaited, late }: PoolWatch): typeof pg.Pool {
  return class WatchedPool extends pg.Pool {
    override connect(): Promise<pg.PoolClient>;
    override connect(callback: Connected): void;
    override connect(callback?: Connected): Promise<pg.PoolClient> | void {
      if (callback === undefined) {
        return new Promise((resolve, reject) => {
          this.connect((error, client) =>
            client === undefined ? reject(error ?? new Error('No connection')) : resolve(client),
          );
        });
      }
      const deadline = currentDeadline();
      const mustWait = this.idleCount === 0 && this.totalCount >= this.options.max;
      if (!mustWait && deadline === undefined) return super.connect(callback);
      const began = mustWait ? performance.now() : 0;
      super.connect((error, client, done) => {
        if (mustWait) onWaited?.((performance.now() - began) / 1_000);
        if (client === undefined || deadline === undefined) return callback(error, client, done);
        if (deadline.isPassed) {
          done();
          return callback(new DeadlinePassed(), undefined, () => {});
        }
        const checkout = late.begin(client, deadline);
        const release = (destroy?: unknown): void => done(late.end(checkout) ? destroy : true);
        client.release = release;
        callback(undefined, client, release);
      });
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
