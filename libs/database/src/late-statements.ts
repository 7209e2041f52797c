import type pg from 'pg';
import type { Deadline } from './deadline.js';

/** How late a statement may end after its deadline, about. */
const everyMs = 100;

/** One connection while somebody has it. */
export interface Checkout {
  /** Null behind a proxy that does not tell: then only the database's own limits end its statements. */
  readonly processId: number | null;
  readonly deadline: Deadline;
  wasCut: boolean;
}

/**
 * Cuts statements whose deadline passes. As long as none does this costs a request nothing but its place in a set: the
 * database is told only of those that are late, over a connection that no statement of theirs can hold up.
 */
export class LateStatements {
  private readonly underWay = new Set<Checkout>();
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly cancel: (processIds: readonly number[]) => Promise<unknown>) {}

  begin(client: pg.ClientBase, deadline: Deadline): Checkout {
    const checkout = { processId: processIdOf(client), deadline, wasCut: false };
    this.underWay.add(checkout);
    this.timer ??= setInterval(() => this.look(), everyMs).unref();
    return checkout;
  }

  /** Answers whether the connection may go on: a cut can still be on its way, and would meet somebody else's statement. */
  end(checkout: Checkout): boolean {
    this.underWay.delete(checkout);
    return !checkout.wasCut;
  }

  private look(): void {
    if (this.underWay.size === 0) return this.rest();
    const late: number[] = [];
    for (const checkout of this.underWay) {
      if (checkout.processId === null || !checkout.deadline.cuts) continue;
      checkout.wasCut = true;
      late.push(checkout.processId);
    }
    // What cannot be cut now is looked at again; a database that is away cuts everything by itself.
    if (late.length > 0) this.cancel(late).catch(() => undefined);
  }

  private rest(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }
}

/** Told by the server when the connection opens; the driver's types leave it out. */
function processIdOf(client: pg.ClientBase): number | null {
  return (client as pg.ClientBase & { processID: number | null }).processID;
}
