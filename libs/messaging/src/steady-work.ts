import { Bell } from './patience.js';

/** Work that goes on until it is stopped, and waits in between until somebody rings. */
export class SteadyWork {
  private readonly bell = new Bell();
  private running: Promise<void> | null = null;
  private stopping = false;

  /** @param work returns soon after `isStopping`, and never throws */
  constructor(private readonly work: () => Promise<void>) {}

  get isStopping(): boolean {
    return this.stopping;
  }

  start(): void {
    this.stopping = false;
    this.running ??= this.work();
  }

  /** Returns when what is at hand has come to its end. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.bell.ring();
    await this.running;
    this.running = null;
  }

  /** Ends a wait, or the next one. */
  ring(): void {
    this.bell.ring();
  }

  async wait(longestMs: number): Promise<void> {
    await this.bell.wait(longestMs);
  }
}
