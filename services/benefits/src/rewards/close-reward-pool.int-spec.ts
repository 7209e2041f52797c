import { randomUUID } from 'node:crypto';
import { campaignAnnulled, evaluationFinished, rewardPoolEmptied } from '@zhijia/contracts';
import { aBallot, BenefitsBench } from '../../test/benefits-bench.js';
import { issuanceAccount } from '../rules/points-accounts.js';

describe('closing a reward pool', () => {
  let bench: BenefitsBench;

  beforeAll(async () => {
    bench = await BenefitsBench.open();
  });
  afterAll(() => bench.close());

  async function issued(): Promise<number> {
    const [issuance = null] = await bench.ledger.findAccounts(bench.db, [issuanceAccount]);
    return -(issuance?.balanceUnits ?? 0);
  }

  function annul(campaignId: string): Promise<string[]> {
    return bench.service.deliver(campaignAnnulled, [{ campaignId, annulledAt: '2026-11-24T01:00:00.000Z' }]);
  }

  it('returns what nobody earned when the campaign is annulled, and leaves what was earned', async () => {
    const before = await issued();
    const campaignId = await bench.aCampaign({ pointsPerMember: 200, poolPoints: 1_000 });
    const memberId = await bench.aMember();
    await bench.cast([aBallot(campaignId, memberId, 200)]);
    await annul(campaignId);
    await annul(campaignId);
    expect(await bench.balanceOf(memberId)).toBe(200);
    expect(await bench.poolBalanceOf(campaignId)).toBe(0);
    expect((await issued()) - before).toBe(200);
  });

  it('closes when the evaluation is finished', async () => {
    const campaignId = await bench.aCampaign({ pointsPerMember: 200, poolPoints: 1_000 });
    await bench.service.deliver(evaluationFinished, [
      {
        campaignId,
        organiserId: randomUUID(),
        outcome: 'NOT_VALID',
        finishedAt: '2026-11-24T01:00:00.000Z',
        boardHash: null,
        below: [],
        policyVersions: {},
      },
    ]);
    expect(await bench.poolBalanceOf(campaignId)).toBe(0);
  });

  it('still pays ballots that were cast before the end and arrive after it, up to what was promised', async () => {
    const before = await issued();
    const campaignId = await bench.aCampaign({ pointsPerMember: 200, poolPoints: 500 });
    const members = await bench.members(3);
    await annul(campaignId);
    for (const memberId of members) await bench.cast([aBallot(campaignId, memberId, 200)]);
    expect(await Promise.all(members.map((memberId) => bench.balanceOf(memberId)))).toEqual([200, 200, 0]);
    expect((await issued()) - before).toBeLessThanOrEqual(500);
    const emptied = await bench.service.outbox(rewardPoolEmptied);
    expect(emptied.filter((event) => event.campaignId === campaignId)).toHaveLength(1);
    expect(await bench.ledger.recomputeBalances(bench.db)).toEqual([]);
  });

  it('does nothing for a campaign that promised nothing', async () => {
    const campaignId = await bench.aCampaign(null);
    await annul(campaignId);
    expect(await bench.poolBalanceOf(campaignId)).toBeNull();
  });

  it('returns the rest once when it is closed and drained at the same time', async () => {
    const campaignId = await bench.aCampaign({ pointsPerMember: 10, poolPoints: 1_000 });
    const members = await bench.members(50);
    await Promise.all([
      ...members.map((memberId) => bench.cast([aBallot(campaignId, memberId, 10)])),
      annul(campaignId),
    ]);
    expect((await bench.rewardsOf(campaignId)).filter(({ status }) => status === 'GRANTED')).toHaveLength(50);
    expect(await bench.poolBalanceOf(campaignId)).toBe(0);
    expect(await bench.ledger.recomputeBalances(bench.db)).toEqual([]);
  });
});
