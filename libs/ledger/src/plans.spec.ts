import fc from 'fast-check';
import { anAccountState } from '../test/account-states.js';
import type { AccountState } from './account.js';
import { planBatch } from './plan-batch.js';
import { planHoldPost, planReserve, withoutHold, type HoldState } from './plan-hold.js';
import { planTransfer, withEntry, type TransferPlan } from './plan-transfer.js';

const names = ['issuance', 'pool', 'a', 'b', 'c'] as const;

const aName = fc.constantFrom(...names);
const someUnits = fc.integer({ min: 1, max: 500 });
const limitsOfMember = fc.record({
  floorUnits: fc.integer({ min: -300, max: 0 }),
  capUnits: fc.option(fc.integer({ min: 0, max: 800 })),
});

const someAccounts = fc
  .tuple(limitsOfMember, limitsOfMember, limitsOfMember)
  .map((limits) => [
    anAccountState('issuance', { floorUnits: null }),
    anAccountState('pool'),
    ...limits.map((each, index) => anAccountState(names[index + 2] ?? '', each)),
  ]);

const aStep = fc.oneof(
  fc.record({ do: fc.constant('transfer' as const), from: aName, to: aName, units: someUnits }),
  fc.record({ do: fc.constant('reserve' as const), from: aName, to: aName, units: someUnits }),
  fc.record({
    do: fc.constant('postHold' as const),
    nth: fc.nat(20),
    part: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  fc.record({ do: fc.constant('voidHold' as const), nth: fc.nat(20) }),
);

/** The accounts and holds of a small world, moved by nothing but accepted plans. */
class World {
  private readonly accounts: Map<string, AccountState>;
  private readonly holds: HoldState[] = [];
  private readonly entries = new Map<string, number>();

  constructor(accounts: readonly AccountState[]) {
    this.accounts = new Map(accounts.map((account) => [account.id, account]));
  }

  take(step: typeof aStep extends fc.Arbitrary<infer Step> ? Step : never): void {
    if (step.do === 'transfer') this.apply(planTransfer(this.asked(step), this.at(step.from), this.at(step.to)));
    if (step.do === 'reserve') this.reserve(this.asked(step));
    if (step.do === 'postHold') this.postHold(step.nth, step.part);
    if (step.do === 'voidHold') this.release(this.holds.splice(step.nth, 1)[0]);
  }

  hold(): void {
    const accounts = [...this.accounts.values()];
    expect(accounts.reduce((sum, { balanceUnits }) => sum + balanceUnits, 0)).toBe(0);
    for (const account of accounts) {
      expect(account.balanceUnits - account.heldUnits).toBeGreaterThanOrEqual(account.floorUnits ?? -Infinity);
      expect(account.balanceUnits).toBeLessThanOrEqual(account.capUnits ?? Infinity);
      expect(account.version).toBe(this.entries.get(account.id) ?? 0);
      const held = this.holds.filter(({ fromAccountId }) => fromAccountId === account.id);
      expect(account.heldUnits).toBe(held.reduce((sum, { units }) => sum + units, 0));
    }
  }

  private at(id: string): AccountState {
    return this.accounts.get(id)!;
  }

  private asked(step: { from: string; to: string; units: number }) {
    return { book: 'MINUTES' as const, fromAccountId: step.from, toAccountId: step.to, units: step.units };
  }

  private apply(plan: TransferPlan | { kind: string }): void {
    if (!('debit' in plan)) return;
    for (const entry of [plan.debit, plan.credit]) {
      this.accounts.set(entry.accountId, withEntry(this.at(entry.accountId), entry));
      this.entries.set(entry.accountId, (this.entries.get(entry.accountId) ?? 0) + 1);
    }
  }

  private reserve(asked: ReturnType<World['asked']>): void {
    const from = this.at(asked.fromAccountId);
    if (planReserve(asked, false, from, this.at(asked.toAccountId)).kind !== 'reserved') return;
    this.accounts.set(from.id, { ...from, heldUnits: from.heldUnits + asked.units });
    this.holds.push({ ...asked, id: `hold-${this.holds.length}`, status: 'HELD', isOverdue: false });
  }

  private postHold(nth: number, part: number): void {
    const hold = this.holds[nth];
    if (hold === undefined) return;
    const units = Math.max(1, Math.round(hold.units * part));
    const plan = planHoldPost(hold, units, this.at(hold.fromAccountId), this.at(hold.toAccountId));
    if (plan.kind !== 'posted') return;
    this.release(this.holds.splice(nth, 1)[0]);
    this.apply(plan);
  }

  private release(hold: HoldState | undefined): void {
    if (hold !== undefined) this.accounts.set(hold.fromAccountId, withoutHold(this.at(hold.fromAccountId), hold));
  }
}

describe('any sequence of accepted plans', () => {
  it('sums to zero and never passes a floor or a cap', () => {
    fc.assert(
      fc.property(someAccounts, fc.array(aStep, { maxLength: 60 }), (accounts, steps) => {
        const world = new World(accounts);
        for (const step of steps) {
          world.take(step);
          world.hold();
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is the same in a batch as one by one', () => {
    const transfers = fc.array(fc.record({ from: aName, to: aName, units: someUnits }), { maxLength: 40 });
    fc.assert(
      fc.property(someAccounts, transfers, (accounts, steps) => {
        const requests = steps.map((step, index) => ({
          book: 'MINUTES' as const,
          fromAccountId: step.from,
          toAccountId: step.to,
          units: step.units,
          kind: 'GIFT',
          reason: '',
          reference: `${index}`,
        }));
        const batch = planBatch(requests, accounts);
        const current = new Map(accounts.map((account) => [account.id, account]));
        const oneByOne = requests.map((request) => {
          const plan = planTransfer(
            request,
            current.get(request.fromAccountId) ?? null,
            current.get(request.toAccountId) ?? null,
          );
          if (plan.kind === 'posted') {
            for (const entry of [plan.debit, plan.credit])
              current.set(entry.accountId, withEntry(current.get(entry.accountId)!, entry));
          }
          return plan;
        });
        expect(batch.plans).toEqual(oneByOne);
        for (const account of batch.moved) expect(account).toEqual(current.get(account.id));
      }),
      { numRuns: 300 },
    );
  });
});
