import type { Queryable } from '@zhijia/database';
import { ChecksStore } from './checks.store.js';

const checks = new ChecksStore();

/** Of the last check of all balances; none before the first, for nothing is known then. */
async function ofLastCheck(db: Queryable, figure: 'drifts' | 'ageSeconds'): Promise<{ value: number }[]> {
  const last = await checks.last(db);
  return last === null ? [] : [{ value: last[figure] }];
}

/** What an operator asks of a ledger: whether its balances agreed with its entries, and when that was last looked at. */
export const ledgerFigures = [
  {
    name: 'zhijia_ledger_drifts',
    help: 'Balances that the last check did not find in their entries',
    read: (db: Queryable) => ofLastCheck(db, 'drifts'),
  },
  {
    name: 'zhijia_ledger_check_age_seconds',
    help: 'How long ago all balances were last recomputed',
    read: (db: Queryable) => ofLastCheck(db, 'ageSeconds'),
  },
] as const;
