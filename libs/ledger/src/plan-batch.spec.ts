import { anAccountState } from '../test/account-states.js';
import { planBatch } from './plan-batch.js';

describe('planBatch', () => {
  const pool = anAccountState('pool', { balanceUnits: 25 });
  const members = ['a', 'b', 'c'].map((id) => anAccountState(id));

  function aReward(toAccountId: string, units = 10, reference = `reward:${toAccountId}`) {
    return {
      book: 'POINTS' as const,
      fromAccountId: 'pool',
      toAccountId,
      units,
      kind: 'REWARD',
      reason: 'took part',
      reference,
    };
  }
  const accounts = [pool, ...members].map((account) => ({ ...account, book: 'POINTS' as const }));

  it('serves those who come first when the pool runs short', () => {
    const { plans, moved } = planBatch([aReward('a'), aReward('b'), aReward('c')], accounts);
    expect(plans.map(({ kind }) => kind)).toEqual(['posted', 'posted', 'insufficientBalance']);
    expect(moved).toEqual([
      expect.objectContaining({ id: 'pool', balanceUnits: 5, version: 2 }),
      expect.objectContaining({ id: 'a', balanceUnits: 10, version: 1 }),
      expect.objectContaining({ id: 'b', balanceUnits: 10, version: 1 }),
    ]);
  });

  it('numbers the entries of one account without a gap', () => {
    const { plans } = planBatch([aReward('a'), aReward('b')], accounts);
    expect(plans).toMatchObject([
      { debit: { accountVersion: 1, balanceBeforeUnits: 25, balanceAfterUnits: 15 } },
      { debit: { accountVersion: 2, balanceBeforeUnits: 15, balanceAfterUnits: 5 } },
    ]);
  });

  it('spends what an earlier transfer of the batch brought', () => {
    const back = { ...aReward('pool', 30, 'back'), fromAccountId: 'a' };
    expect(planBatch([aReward('a'), back], accounts).plans[1]).toMatchObject({
      kind: 'insufficientBalance',
      shortfallUnits: 20,
    });
    expect(planBatch([aReward('a'), { ...back, units: 10 }], accounts).plans[1]?.kind).toBe('posted');
  });

  it('posts a reference once, and leaves one free that was refused', () => {
    const plans = planBatch(
      [aReward('a', 30, 'one'), aReward('a', 10, 'one'), aReward('a', 10, 'one'), aReward('b', 10, 'known')],
      accounts,
      new Set(['POINTS known']),
    ).plans;
    expect(plans.map(({ kind }) => kind)).toEqual(['insufficientBalance', 'posted', 'repeats', 'repeats']);
  });
});
