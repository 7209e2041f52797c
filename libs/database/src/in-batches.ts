import { AsyncLocalStorage } from 'node:async_hooks';
import { currentDeadline, runUntil } from './deadline.js';
import { isTransient } from './sql-state.js';

export interface BatchOptions<Item> {
  /** So many go together at most. */
  readonly most: number;
  /** So many batches are under way at most; what comes meanwhile waits and goes together. */
  readonly atOnce: number;
  /** Only what belongs together goes together. */
  readonly groupOf: (item: Item) => string;
  /** Never twice at the same time, neither in one batch nor in two: the second waits for the first. */
  readonly keyOf: (item: Item) => string;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly group: string;
  readonly key: string;
  /** The caller's asynchronous context: its trace, its log fields. */
  readonly inContext: <Value>(work: () => Value) => Value;
  /** Until when the caller waits. */
  readonly deadlineAt: number;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Work that many ask for at the same time, done together ("group commit"): a transaction costs the same few round trips
 * and one flush for one row as for fifty. Nobody waits for company: who comes to an idle batcher goes at once, and who
 * comes while others are at it goes with all who came meanwhile.
 *
 * `work` answers in the order of its items, and does all of them or throws. When it throws, each is done once more alone,
 * so that one that cannot be done takes nobody with it; a passing fault of the database is told to all instead.
 */
export class InBatches<Item, Result> {
  private waiting: Waiting<Item, Result>[] = [];
  private readonly busyKeys = new Set<string>();
  private underWay = 0;

  constructor(
    private readonly work: (items: readonly Item[]) => Promise<readonly Result[]>,
    private readonly options: BatchOptions<Item>,
  ) {}

  do(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      const { groupOf, keyOf } = this.options;
      const inContext = AsyncLocalStorage.snapshot();
      const deadlineAt = currentDeadline()?.at ?? Infinity;
      this.waiting.push({ item, group: groupOf(item), key: keyOf(item), inContext, deadlineAt, resolve, reject });
      this.startWhatCan();
    });
  }

  private startWhatCan(): void {
    while (this.underWay < this.options.atOnce) {
      const batch = this.takeBatch();
      if (batch.length === 0) return;
      this.underWay += 1;
      void this.run(batch).finally(() => {
        this.underWay -= 1;
        for (const { key } of batch) this.busyKeys.delete(key);
        this.startWhatCan();
      });
    }
  }

  /** First come, first served, as far as group and keys allow. */
  private takeBatch(): Waiting<Item, Result>[] {
    const batch: Waiting<Item, Result>[] = [];
    const left: Waiting<Item, Result>[] = [];
    for (const one of this.waiting) {
      const fits = batch.length < this.options.most && one.group === (batch[0] ?? one).group;
      if (fits && !this.busyKeys.has(one.key)) {
        this.busyKeys.add(one.key);
        batch.push(one);
      } else {
        left.push(one);
      }
    }
    this.waiting = left;
    return batch;
  }

  private async run(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      await this.runTogether(batch);
    } catch (error) {
      if (batch.length === 1 || isTransient(error)) return batch.forEach(({ reject }) => reject(error));
      for (const one of batch) await this.runTogether([one]).catch(one.reject);
    }
  }

  private async runTogether(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    const [first] = batch;
    if (first === undefined) return;
    // Nobody is cut because another's time is over: all of them are done while one still waits.
    const deadlineAt = Math.max(...batch.map((one) => one.deadlineAt));
    const results = await first.inContext(() => runUntil(deadlineAt, () => this.work(batch.map(({ item }) => item))));
    if (results.length !== batch.length) throw new Error(`${results.length} results for ${batch.length} items`);
    batch.forEach(({ resolve }, place) => resolve(results[place] as Result));
  }
}
