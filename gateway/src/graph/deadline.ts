/** What is given up when time is over. */
export interface Awaited {
  giveUp(): void;
}

/** When a client is answered at the latest. One timer for an operation, however many fetches wait by it. */
export class Deadline {
  private readonly at: number;
  private readonly awaited = new Set<Awaited>();
  private readonly timer: NodeJS.Timeout;

  constructor(withinMs: number) {
    this.at = performance.now() + withinMs;
    this.timer = setTimeout(() => {
      for (const each of this.awaited) each.giveUp();
    }, withinMs);
  }

  get leftMs(): number {
    return Math.floor(this.at - performance.now());
  }

  begun(one: Awaited): void {
    this.awaited.add(one);
  }

  ended(one: Awaited): void {
    this.awaited.delete(one);
  }

  /** The operation has ended before. */
  lift(): void {
    clearTimeout(this.timer);
  }
}
