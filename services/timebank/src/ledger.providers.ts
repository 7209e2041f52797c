import { CheckBalancesNightly, ExpireOverdueHolds, LedgerStore } from '@zhijia/ledger';
import type { Log } from '@zhijia/logging';
import { LOG } from '@zhijia/subgraph';
import { DataSource } from 'typeorm';

/** The library's classes know no Nest: what they are made of stands here. */
export const ledger = [
  { provide: LedgerStore, useFactory: () => new LedgerStore() },
  ...[CheckBalancesNightly, ExpireOverdueHolds].map((job) => ({
    provide: job,
    inject: [DataSource, LedgerStore, LOG],
    useFactory: (db: DataSource, store: LedgerStore, log: Log) => new job(db, store, log),
  })),
];
