import type { Log } from '@zhijia/logging';
import { markFailed, runInSpan, startSpan } from '@zhijia/tracing';
import type { DataSource } from 'typeorm';

/** Work on a clock: closing what is due, escalating what is overdue. One worker at a time runs it. */
export interface Job {
  /** A sentence: `escalate-overdue-rectifications`. */
  readonly name: string;
  readonly everyMs: number;
  run(): Promise<void>;
}

/** Told of each run, however it ends. */
export type OnJobRun = (run: { readonly job: string; readonly isDone: boolean; readonly seconds: number }) => void;

/** Runs jobs again and again until it is stopped; a job that fails is logged and comes again at its next time. */
export class JobRunner {
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly running = new Set<Promise<void>>();
  private isStopped = false;

  constructor(
    private readonly db: DataSource,
    private readonly jobs: readonly Job[],
    private readonly log: Log,
    private readonly onRun: OnJobRun,
  ) {}

  start(): void {
    for (const job of this.jobs) this.schedule(job, 0);
  }

  /** Waits for what runs just now. */
  async stop(): Promise<void> {
    this.isStopped = true;
    for (const timer of this.timers) clearTimeout(timer);
    await Promise.all(this.running);
  }

  private schedule(job: Job, delayMs: number): void {
    if (this.isStopped) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      const round = this.runAlone(job)
        .catch((error: unknown) => this.log.error({ err: error, job: job.name }, 'A job failed; it comes again'))
        .finally(() => {
          this.running.delete(round);
          this.schedule(job, job.everyMs);
        });
      this.running.add(round);
    }, delayMs);
    this.timers.add(timer);
  }

  private async runAlone(job: Job): Promise<void> {
    const guard = this.db.createQueryRunner();
    try {
      await guard.connect();
      const [lock] = (await guard.query(`SELECT pg_try_advisory_lock(hashtextextended($1, 7403)) AS mine`, [
        job.name,
      ])) as { mine: boolean }[];
      if (lock?.mine !== true) return;
      try {
        await this.runTimed(job);
      } finally {
        await guard.query(`SELECT pg_advisory_unlock(hashtextextended($1, 7403))`, [job.name]);
      }
    } finally {
      await guard.release();
    }
  }

  private async runTimed(job: Job): Promise<void> {
    const began = performance.now();
    let isDone = false;
    try {
      await inTraceOfItsOwn(job);
      isDone = true;
    } finally {
      this.onRun({ job: job.name, isDone, seconds: (performance.now() - began) / 1_000 });
    }
  }
}

/** Nobody asked for it: what a run changes and tells others begins a trace. */
async function inTraceOfItsOwn(job: Job): Promise<void> {
  const span = startSpan(`job ${job.name}`, null);
  try {
    await runInSpan(span, () => job.run());
  } catch (error) {
    markFailed(span, error);
    throw error;
  } finally {
    span.end();
  }
}
