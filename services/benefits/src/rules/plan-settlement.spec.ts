import type { TransferOutcome } from '@zhijia/ledger';
import { emptiesPool, planDrawBack, planReward, rewardTransfer, type PoolState } from './plan-settlement.js';

const participation = { participationId: 'p', campaignId: 'c', memberId: 'm', rewardPoints: 200 };
const pool: PoolState = {
  campaignId: 'c',
  accountId: 'pool',
  pointsPerMember: 200,
  isEmptied: false,
  isClosed: false,
  returnedPoints: 0,
};

function posted(balanceAfterUnits: number, isReplay = false): TransferOutcome {
  const entry = { balanceBeforeUnits: balanceAfterUnits + 200, balanceAfterUnits, accountVersion: 1 };
  return {
    kind: 'posted',
    transferId: 't',
    occurredAt: '2026-11-23T01:00:00.000Z',
    debit: { ...entry, accountId: 'pool', units: -200 },
    credit: { accountId: 'member', units: 200, balanceBeforeUnits: 0, balanceAfterUnits: 200, accountVersion: 1 },
    isReplay,
  };
}

const refused: TransferOutcome = { kind: 'insufficientBalance', accountId: 'pool', shortfallUnits: 100 };

describe('planReward', () => {
  it('grants what was posted', () => {
    expect(planReward(participation, posted(0))).toMatchObject({ status: 'GRANTED', points: 200, transferId: 't' });
  });

  it('says that the pool was empty when it refused', () => {
    expect(planReward(participation, refused)).toMatchObject({ status: 'POOL_EMPTY', points: 0, transferId: null });
  });

  it('says that nothing was promised where nothing was asked of the ledger', () => {
    expect(planReward(participation, null)).toMatchObject({ status: 'NOT_PROMISED', points: 0, transferId: null });
  });

  it('stops at what no retry mends', () => {
    expect(() => planReward(participation, { kind: 'accountNotOpen', accountId: 'a', status: 'CLOSED' })).toThrow(
      'accountNotOpen',
    );
  });
});

describe('rewardTransfer', () => {
  it('names member and campaign, so that nobody is paid twice for one campaign', () => {
    const another = { ...participation, participationId: 'q' };
    expect(rewardTransfer(another, 'pool', 'account').reference).toBe(
      rewardTransfer(participation, 'pool', 'account').reference,
    );
  });
});

describe('emptiesPool', () => {
  it('holds when somebody was refused or the next could not be paid', () => {
    expect(emptiesPool(pool, [refused])).toBe(true);
    expect(emptiesPool(pool, [posted(400), posted(199)])).toBe(true);
  });

  it('does not hold while the next can be paid, from what went back too', () => {
    expect(emptiesPool(pool, [posted(200)])).toBe(false);
    expect(emptiesPool({ ...pool, isClosed: true, returnedPoints: 200 }, [posted(0)])).toBe(false);
  });

  it('holds once, and not for what was posted before', () => {
    expect(emptiesPool({ ...pool, isEmptied: true }, [refused])).toBe(false);
    expect(emptiesPool(pool, [posted(0, true)])).toBe(false);
    expect(emptiesPool(pool, [])).toBe(false);
  });
});

describe('planDrawBack', () => {
  it('never draws more than went back', () => {
    expect(planDrawBack({ ...pool, returnedPoints: 300 }, 200)).toBe(200);
    expect(planDrawBack({ ...pool, returnedPoints: 300 }, 600)).toBe(300);
  });
});
