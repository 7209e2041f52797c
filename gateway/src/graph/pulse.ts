/** A request that can be given up. */
export interface Abortable {
  abort(reason: Error): void;
}

export interface PulseOptions {
  /** So long without any answer, while some are awaited, is worth a look. */
  readonly quietMs: number;
  /** How long the look may take. */
  readonly lookMs: number;
  readonly everyMs: number;
  /** So many connections lost or refused in a row are no accident. */
  readonly failures: number;
}

const usual: PulseOptions = { quietMs: 2_000, lookMs: 2_000, everyMs: 500, failures: 5 };
/** One look may be lost; a process that is merely busy answers the second. */
const looks = 2;

export class StandsStill extends Error {
  constructor(name: string) {
    super(`${name} stands still`);
    this.name = 'StandsStill';
  }
}

/**
 * The circuit breaker of a subgraph. It notices one that stands still (takes requests and answers none, not even whether
 * it lives) and one that cannot be reached. Then whatever waits for it is given up, and nothing more is asked until it
 * answers again: who wants the other parts of an answer waits some seconds, once, and not for each of them. One that
 * works long on a request still says that it lives.
 */
export class Pulse {
  private readonly awaited = new Set<Abortable>();
  private readonly options: PulseOptions;
  private readonly timer: NodeJS.Timeout;
  private lastSignAt = 0;
  private still = false;
  private failuresInRow = 0;
  private isLooking = false;

  constructor(
    private readonly name: string,
    private readonly isAlive: (withinMs: number) => Promise<boolean>,
    options: Partial<PulseOptions> = {},
    /** Told when it is given up, and when it is back. */
    private readonly onTurn: (standsStill: boolean) => void = () => {},
  ) {
    this.options = { ...usual, ...options };
    this.timer = setInterval(() => void this.watch(), this.options.everyMs);
    this.timer.unref();
  }

  get standsStill(): boolean {
    return this.still;
  }

  begun(request: Abortable): void {
    if (this.still) {
      request.abort(new StandsStill(this.name));
      return;
    }
    if (this.awaited.size === 0) this.sign();
    this.awaited.add(request);
  }

  /** It said something, whatever it was. */
  sign(): void {
    this.lastSignAt = performance.now();
    this.failuresInRow = 0;
  }

  /** A connection was refused or lost, with no answer on it. */
  failed(): void {
    this.failuresInRow += 1;
    if (this.failuresInRow >= this.options.failures) this.giveUp();
  }

  ended(request: Abortable): void {
    this.awaited.delete(request);
  }

  close(): void {
    clearInterval(this.timer);
  }

  private async watch(): Promise<void> {
    const isQuiet = this.awaited.size > 0 && performance.now() - this.lastSignAt > this.options.quietMs;
    if (this.isLooking || !(isQuiet || this.still)) return;
    this.isLooking = true;
    try {
      const before = this.lastSignAt;
      for (let look = 1; look <= (this.still ? 1 : looks); look += 1) {
        if ((await this.isAlive(this.options.lookMs)) || this.lastSignAt > before) {
          this.sign();
          this.turn(false);
          return;
        }
      }
      this.giveUp();
    } finally {
      this.isLooking = false;
    }
  }

  private turn(standsStill: boolean): void {
    if (this.still === standsStill) return;
    this.still = standsStill;
    this.onTurn(standsStill);
  }

  private giveUp(): void {
    this.turn(true);
    for (const request of this.awaited) request.abort(new StandsStill(this.name));
    this.awaited.clear();
  }
}
