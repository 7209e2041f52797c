import { randomUUID } from 'node:crypto';
import { row, rows } from '@zhijia/database';
import type { EntityManager } from 'typeorm';
import { LedgerBench } from '../test/ledger-bench.js';
import { planTransfer, type AccountState } from './index.js';

const usual = { book: 'MINUTES', status: 'OPEN', floorUnits: 0, capUnits: null, balanceUnits: 100, heldUnits: 0 };

/** One of each kind that a decision can meet; each stands on either side of a transfer with each other. */
const shapes: readonly Partial<AccountState>[] = [
  {},
  { balanceUnits: 0 },
  { heldUnits: 50 },
  { floorUnits: -50, balanceUnits: 0 },
  { floorUnits: null, balanceUnits: -1_000 },
  { capUnits: 101 },
  { capUnits: 150, balanceUnits: 100 },
  { status: 'FROZEN' },
  { status: 'CLOSED', balanceUnits: 0 },
  { book: 'POINTS' },
  { floorUnits: null, balanceUnits: Number.MAX_SAFE_INTEGER },
  { floorUnits: null, balanceUnits: Number.MIN_SAFE_INTEGER },
];
const units = [1, 50, 51, 100, 101, 1_000_000];

interface Posted {
  readonly fromVersion: number;
  readonly fromBefore: number;
  readonly toVersion: number;
  readonly toBefore: number;
}

/** What `ledger_post` does with a transfer, taken back again. */
async function postAtOnce(tx: EntityManager, from: string, to: string, count: number): Promise<Posted | null> {
  await tx.query('SAVEPOINT before');
  const posted = await row<Posted>(
    tx,
    `SELECT from_version AS "fromVersion", from_before AS "fromBefore", to_version AS "toVersion",
            to_before AS "toBefore" FROM ledger_post('MINUTES', $1, $2, $3, 'GIFT', 'a test', $4, NULL)`,
    [from, to, count, randomUUID()],
  );
  await tx.query('ROLLBACK TO before');
  return posted;
}

/** What the plan says, in the same words. */
function planned(from: AccountState | null, to: AccountState | null, fromId: string, toId: string, count: number) {
  try {
    const request = { book: 'MINUTES' as const, fromAccountId: fromId, toAccountId: toId, units: count };
    const plan = planTransfer(request, from, to);
    if (plan.kind !== 'posted') return null;
    const { debit, credit } = plan;
    return {
      fromVersion: debit.accountVersion,
      fromBefore: debit.balanceBeforeUnits,
      toVersion: credit.accountVersion,
      toBefore: credit.balanceBeforeUnits,
    };
  } catch {
    return null;
  }
}

describe('ledger_post', () => {
  let bench: LedgerBench;

  beforeAll(async () => {
    bench = await LedgerBench.open();
  });
  afterAll(() => bench.close());

  it('posts what the plan posts, and leaves the rest to it', async () => {
    await bench.db.transaction(async (tx) => {
      const accounts = await rows<{ id: string }>(
        tx,
        `INSERT INTO ledger_account (book, kind, owner_id, status, floor_units, cap_units, balance_units, held_units)
         SELECT book, 'SHAPE', gen_random_uuid(), status, "floorUnits", "capUnits", "balanceUnits", "heldUnits"
           FROM jsonb_to_recordset($1::jsonb) AS shape (book text, status text, "floorUnits" bigint,
                "capUnits" bigint, "balanceUnits" bigint, "heldUnits" bigint)
         RETURNING id`,
        [JSON.stringify(shapes.map((shape) => ({ ...usual, ...shape })))],
      );
      const states = await bench.ledger.balance(
        tx,
        accounts.map(({ id }) => id),
      );
      const sides = [
        ...states.map((state, index) => ({ id: accounts[index]!.id, state })),
        { id: randomUUID(), state: null },
      ];
      const outcomes = { posted: 0, left: 0 };
      for (const from of sides) {
        for (const to of sides) {
          for (const count of units) {
            const posted = await postAtOnce(tx, from.id, to.id, count);
            expect({ from, to, count, posted }).toEqual({
              ...{ from, to, count },
              posted: planned(from.state, to.state, from.id, to.id, count),
            });
            outcomes[posted === null ? 'left' : 'posted'] += 1;
          }
        }
      }
      expect(outcomes.posted).toBeGreaterThan(100);
      expect(outcomes.left).toBeGreaterThan(100);
    });
  });
});
