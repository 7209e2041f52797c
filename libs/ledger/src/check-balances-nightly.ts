import { execute, inTransaction } from '@zhijia/database';
import type { Log } from '@zhijia/logging';
import type { DataSource } from 'typeorm';
import { ChecksStore } from './checks.store.js';
import type { Drift } from './drifts.store.js';
import type { LedgerStore } from './ledger.store.js';

/** A ledger that is wrong everywhere says so in these; the count is whole. */
const mostDriftsTold = 100;

/**
 * Recomputes every balance from its entries once a night, by the database's clock, on whichever worker comes first. What
 * does not agree is told in the log and on the metrics page until a later check finds nothing, and stays as it is:
 * which of two figures is right is a question for people.
 */
export class CheckBalancesNightly {
  readonly name = 'check-balances-nightly';
  readonly everyMs = 10 * 60_000;
  private readonly checks = new ChecksStore();

  constructor(
    private readonly db: DataSource,
    private readonly ledger: LedgerStore,
    private readonly log: Log,
  ) {}

  async run(): Promise<void> {
    if (!(await this.checks.isDue(this.db))) return;
    const drifts = await this.recompute();
    for (const drift of drifts.slice(0, mostDriftsTold))
      this.log.error({ drift }, 'A balance is not what its entries say');
    await this.checks.insert(this.db, drifts.length);
    if (drifts.length === 0) this.log.info('All balances agree with their entries');
    else this.log.error({ drifts: drifts.length }, 'The ledger drifted');
  }

  /** In one transaction for its setting alone: each statement sees its own moment, and none is held back by another. */
  private recompute(): Promise<Drift[]> {
    return inTransaction(this.db, async (tx) => {
      // An account that pays half a million members has as many entries.
      await execute(tx, `SET LOCAL statement_timeout = '10min'`);
      return this.ledger.recomputeBalances(tx);
    });
  }
}
