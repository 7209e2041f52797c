import { inTransaction } from '@zhijia/database';
import type { Log } from '@zhijia/logging';
import type { DataSource } from 'typeorm';
import type { LedgerStore } from './ledger.store.js';

const atATime = 500;

/** Releases holds that ran out, so that they count against their accounts' floor no longer. */
export class ExpireOverdueHolds {
  readonly name = 'expire-overdue-holds';
  readonly everyMs = 60_000;

  constructor(
    private readonly db: DataSource,
    private readonly ledger: LedgerStore,
    private readonly log: Log,
  ) {}

  async run(): Promise<void> {
    let expired = 0;
    for (let found = atATime; found === atATime; expired += found) {
      found = (await inTransaction(this.db, (tx) => this.ledger.expireHolds(tx, atATime))).length;
    }
    if (expired > 0) this.log.info({ expired }, 'Holds ran out and were released');
  }
}
