import { execute, row, type Queryable } from '@zhijia/database';

export interface LastCheck {
  /** Of the latest check that came to its end. */
  readonly drifts: number;
  readonly ageSeconds: number;
}

/** A night belongs to the day on which it ends: at this hour in Shanghai, when nobody posts. */
const night = `(zhijia_now() AT TIME ZONE 'Asia/Shanghai' - interval '3 hours')::date`;

/** Which nights' balances were checked, and what was found. */
export class ChecksStore {
  async isDue(db: Queryable): Promise<boolean> {
    const found = await row<{ isDue: boolean }>(
      db,
      `SELECT NOT EXISTS (SELECT FROM ledger_check WHERE night = ${night}) AS "isDue"`,
    );
    return found?.isDue ?? false;
  }

  async insert(db: Queryable, drifts: number): Promise<void> {
    await execute(db, `INSERT INTO ledger_check (night, drifts) VALUES (${night}, $1) ON CONFLICT DO NOTHING`, [
      drifts,
    ]);
  }

  /** Null before the first. */
  last(db: Queryable): Promise<LastCheck | null> {
    return row<LastCheck>(
      db,
      `SELECT drifts, greatest(0, extract(epoch FROM zhijia_now() - checked_at))::double precision AS "ageSeconds"
         FROM ledger_check ORDER BY night DESC LIMIT 1`,
    );
  }
}
