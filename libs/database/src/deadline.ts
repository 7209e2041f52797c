import { AsyncLocalStorage } from 'node:async_hooks';

/** The work that somebody waits for was not done in time, and nothing of it was kept: it can be asked for again. */
export class DeadlinePassed extends Error {
  constructor() {
    super('The deadline passed');
    this.name = 'DeadlinePassed';
  }
}

/** Until when somebody waits for work. */
export class Deadline {
  private commits = 0;

  /** @param at on the clock of `performance.now()` */
  constructor(readonly at: number) {}

  get isPassed(): boolean {
    return performance.now() > this.at;
  }

  /** What is under way may be cut: it is late, and no commit whose outcome somebody would have to guess. */
  get cuts(): boolean {
    return this.commits === 0 && this.isPassed;
  }

  refuseLate(): void {
    if (this.isPassed) throw new DeadlinePassed();
  }

  /** From here on the work is done as a whole, however late. */
  beginCommit(): void {
    this.refuseLate();
    this.commits += 1;
  }

  endCommit(): void {
    this.commits -= 1;
  }
}

const current = new AsyncLocalStorage<Deadline | undefined>();

/**
 * Runs work for which nobody waits after this instant: statements that run then are cut, transactions rolled back. Of
 * work that begins within it this is the only deadline; Infinity is none.
 */
export function runUntil<Result>(at: number, work: () => Result): Result {
  return current.run(at === Infinity ? undefined : new Deadline(at), work);
}

/** Undefined for work that nobody waits for: consumers, jobs, commands. */
export function currentDeadline(): Deadline | undefined {
  return current.getStore();
}
