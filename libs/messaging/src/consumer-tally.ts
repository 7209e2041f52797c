export interface ConsumerFigures {
  /** By reaction; applied by this process since it started. */
  readonly handled: Readonly<Record<string, number>>;
  /** By type; nothing here reacts to them. */
  readonly unknownTypes: Readonly<Record<string, number>>;
  readonly unreadable: number;
  /** Messages behind the newest, over the partitions of this process, as of the last batch of each. */
  readonly lagEvents: number;
  /** Since when the oldest event at hand waits to be applied; 0 when none is at hand. */
  readonly lagSeconds: number;
}

/** What a type looks like. Anything else is a stranger's text, which has no place on a metrics page. */
const typeForm = /^[a-z]{1,40}\.[a-z-]{1,60}\.v\d{1,3}$/;
/** Hearing of a hostile name once is enough to count it; keeping all of them would be a leak. */
const mostUnknownTypes = 100;

/** What a consumer counts of its own work. */
export class ConsumerTally {
  private readonly handled = new Map<string, number>();
  private readonly unknownTypes = new Map<string, number>();
  private readonly lagByPartition = new Map<string, number>();
  private readonly oldestAtHand = new Map<string, number>();
  private unreadableCount = 0;

  constructor(private readonly reactionNames: readonly string[]) {}

  figures(): ConsumerFigures {
    const oldest = Math.min(...this.oldestAtHand.values());
    return {
      handled: Object.fromEntries(this.reactionNames.map((name) => [name, this.handled.get(name) ?? 0])),
      unknownTypes: Object.fromEntries(this.unknownTypes),
      unreadable: this.unreadableCount,
      lagEvents: [...this.lagByPartition.values()].reduce((sum, lag) => sum + lag, 0),
      lagSeconds: Number.isFinite(oldest) ? Math.max(0, (Date.now() - oldest) / 1_000) : 0,
    };
  }

  countHandled(reactionName: string, events: number): void {
    this.handled.set(reactionName, (this.handled.get(reactionName) ?? 0) + events);
  }

  countUnreadable(): void {
    this.unreadableCount += 1;
  }

  countUnknown(type: string | null): void {
    const known = type === null ? 'none' : typeForm.test(type) ? type : 'other';
    const name = this.unknownTypes.has(known) || this.unknownTypes.size < mostUnknownTypes ? known : 'other';
    this.unknownTypes.set(name, (this.unknownTypes.get(name) ?? 0) + 1);
  }

  /** How far a partition was read, and how far it goes. */
  noteRead(partition: string, lastOffset: string, highWatermark: string): void {
    this.lagByPartition.set(partition, Math.max(0, Number(highWatermark) - Number(lastOffset) - 1));
  }

  /** Since when, in milliseconds since 1970, the oldest event at hand of a partition waits. */
  takeUp(partition: string, sentAt: number): void {
    this.oldestAtHand.set(partition, sentAt);
  }

  putDown(partition: string): void {
    this.oldestAtHand.delete(partition);
  }

  /** Other partitions come: what was known of these is nobody's any more. */
  forgetPartitions(): void {
    this.lagByPartition.clear();
  }
}
