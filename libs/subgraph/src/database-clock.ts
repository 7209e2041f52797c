import type { Log } from '@zhijia/logging';
import type { DataSource } from 'typeorm';

/** How often the two clocks are compared; a machine's clock drifts by milliseconds in this time. */
const compareEveryMs = 30_000;
/** Worth a line: what is this far off was not set, or was set by hand. */
const notableMs = 5_000;

/**
 * The database server's real time, told without asking it each time. A machine whose own clock is wrong goes on judging
 * the age of what others signed as they do.
 */
export class DatabaseClock {
  private offsetMs = 0;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly db: DataSource,
    private readonly log: Log,
  ) {}

  /** Milliseconds since 1970. */
  now(): number {
    return Date.now() + this.offsetMs;
  }

  /** Compares now and from now on; while the database is away the last comparison holds. */
  async start(): Promise<void> {
    await this.compare();
    this.timer = setInterval(() => void this.compare(), compareEveryMs);
    this.timer.unref();
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
  }

  private async compare(): Promise<void> {
    const asked = Date.now();
    try {
      const [answer] = await this.db.query<{ now: number }[]>(
        `SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now`,
      );
      if (answer === undefined) return;
      // Asked halfway between question and answer.
      const offsetMs = Math.round(answer.now - (asked + Date.now()) / 2);
      const isNews = Math.abs(offsetMs - this.offsetMs) > notableMs;
      this.offsetMs = offsetMs;
      if (isNews) this.log.warn({ offsetMs }, "This machine's clock differs from the database's");
    } catch (error) {
      this.log.debug({ err: error }, 'The clocks could not be compared');
    }
  }
}
