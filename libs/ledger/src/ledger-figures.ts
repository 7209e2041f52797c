import type { DataSource } from 'typeorm';
import { ChecksStore } from './checks.store.js';

/** What an operator asks of a ledger: whether its balances agreed with its entries, and when that was last looked at. */
export class LedgerFigures {
  private readonly checks = new ChecksStore();

  constructor(private readonly db: DataSource) {}

  /** Without `ledger` before the first check: nothing is known then. */
  async readFigures(): Promise<{ ledger?: { drifts: number; checkAgeSeconds: number } }> {
    const last = await this.checks.last(this.db);
    return last === null ? {} : { ledger: { drifts: last.drifts, checkAgeSeconds: last.ageSeconds } };
  }
}
