import { randomUUID } from 'node:crypto';
import { campaignOpened, memberRegistered, rewardPoolEmptied, rewardSettled } from '@zhijia/contracts';
import { execute } from '@zhijia/database';
import { aMemberState } from '@zhijia/testing';
import { aBallot, BenefitsBench, opened } from '../../test/benefits-bench.js';
import { SettleRewardsWhenBallotCast } from './settle-rewards-when-ballot-cast.js';

describe('settling rewards when a ballot was cast', () => {
  let bench: BenefitsBench;

  beforeAll(async () => {
    bench = await BenefitsBench.open();
  });
  afterAll(() => bench.close());

  async function settledOf(campaignId: string) {
    const told = await bench.service.outbox(rewardSettled);
    return told.filter((event) => event.campaignId === campaignId);
  }

  async function emptiedOf(campaignId: string) {
    const told = await bench.service.outbox(rewardPoolEmptied);
    return told.filter((event) => event.campaignId === campaignId);
  }

  it('pays everybody of a batch from the pool and tells each once', async () => {
    const campaignId = await bench.aCampaign({ pointsPerMember: 200, poolPoints: 100_000 });
    const members = await bench.members(300);
    await bench.cast(members.map((memberId) => aBallot(campaignId, memberId, 200)));
    expect(await Promise.all(members.map((memberId) => bench.balanceOf(memberId)))).toEqual(members.map(() => 200));
    expect(await bench.poolBalanceOf(campaignId)).toBe(40_000);
    expect(await settledOf(campaignId)).toHaveLength(300);
    expect(await emptiedOf(campaignId)).toEqual([]);
  });

  it('refuses in order of arrival when the pool runs short, and tells once that it is empty', async () => {
    const campaignId = await bench.aCampaign({ pointsPerMember: 200, poolPoints: 500 });
    const members = await bench.members(4);
    const ballots = members.map((memberId) => aBallot(campaignId, memberId, 200));
    await bench.cast(ballots.slice(0, 3));
    await bench.cast(ballots.slice(3));
    expect(await settledOf(campaignId)).toEqual(
      ballots.map(({ participationId, memberId }, index) => ({
        participationId,
        campaignId,
        memberId,
        outcome: index < 2 ? 'GRANTED' : 'POOL_EMPTY',
        points: index < 2 ? 200 : 0,
      })),
    );
    expect(await bench.poolBalanceOf(campaignId)).toBe(100);
    expect(await emptiedOf(campaignId)).toHaveLength(1);
  });

  it('tells that the pool is empty as soon as it cannot pay the next member', async () => {
    const campaignId = await bench.aCampaign({ pointsPerMember: 200, poolPoints: 200 });
    await bench.cast([aBallot(campaignId, await bench.aMember(), 200)]);
    expect(await emptiedOf(campaignId)).toHaveLength(1);
  });

  it('never overspends a pool that eight batches drain at once', async () => {
    const campaignId = await bench.aCampaign({ pointsPerMember: 3, poolPoints: 1_000 });
    const members = await bench.members(400);
    const ballots = members.map((memberId) => aBallot(campaignId, memberId, 3));
    await Promise.all(
      Array.from({ length: 8 }, (_, consumer) => bench.cast(ballots.slice(consumer * 50, consumer * 50 + 50))),
    );
    const rewards = await bench.rewardsOf(campaignId);
    expect(rewards.filter(({ status }) => status === 'GRANTED')).toHaveLength(333);
    expect(rewards.filter(({ status }) => status === 'POOL_EMPTY')).toHaveLength(67);
    expect(await bench.poolBalanceOf(campaignId)).toBe(1);
    expect(await emptiedOf(campaignId)).toHaveLength(1);
    expect(await bench.ledger.recomputeBalances(bench.db)).toEqual([]);
  });

  it('pays once for an event that comes twice, and for a participation told under two event ids', async () => {
    const campaignId = await bench.aCampaign({ pointsPerMember: 10, poolPoints: 100 });
    const memberId = await bench.aMember();
    const ballot = aBallot(campaignId, memberId, 10);
    const eventId = randomUUID();
    await bench.cast([ballot], eventId);
    await bench.cast([ballot], eventId);
    await bench.cast([ballot]);
    await bench.cast([ballot, ballot]);
    await Promise.all([bench.cast([ballot]), bench.cast([ballot])]);
    expect(await bench.balanceOf(memberId)).toBe(10);
    expect(await settledOf(campaignId)).toHaveLength(1);
  });

  it('pays a member once for a campaign, even where two participations are told', async () => {
    const campaignId = await bench.aCampaign({ pointsPerMember: 10, poolPoints: 100 });
    const memberId = await bench.aMember();
    await bench.cast([aBallot(campaignId, memberId, 10), aBallot(campaignId, memberId, 10)]);
    expect(await bench.balanceOf(memberId)).toBe(10);
  });

  it('promises nothing and pays nothing where the terms say 0', async () => {
    const campaignId = await bench.aCampaign(null);
    const memberId = await bench.aMember();
    await bench.cast([aBallot(campaignId, memberId, 0)]);
    expect(await bench.rewardsOf(campaignId)).toEqual([{ memberId, status: 'NOT_PROMISED', points: 0 }]);
    expect(await settledOf(campaignId)).toEqual([]);
    expect(await bench.balanceOf(memberId)).toBe(0);
  });

  it('waits for a pool that comes after the ballots, and pays in the order of the ballots', async () => {
    const campaignId = randomUUID();
    const [first = '', second = '', third = ''] = await bench.members(3);
    await bench.cast([aBallot(campaignId, first, 10), aBallot(campaignId, second, 10)]);
    expect(await bench.rewardsOf(campaignId)).toEqual([]);
    await bench.service.deliver(campaignOpened, [opened(campaignId, { pointsPerMember: 10, poolPoints: 20 })]);
    // The pool is there now, but two are ahead in the queue.
    await bench.cast([aBallot(campaignId, third, 10)]);
    await bench.askParked();
    expect(await bench.balanceOf(first)).toBe(10);
    expect(await bench.balanceOf(second)).toBe(10);
    expect(await bench.balanceOf(third)).toBe(0);
    expect(await settledOf(campaignId)).toHaveLength(3);
  });

  it('waits for an account that is not open yet, and holds up nobody else', async () => {
    const campaignId = await bench.aCampaign({ pointsPerMember: 10, poolPoints: 100 });
    const known = await bench.aMember();
    const unknown = randomUUID();
    await bench.cast([aBallot(campaignId, unknown, 10), aBallot(campaignId, known, 10)]);
    expect(await bench.balanceOf(known)).toBe(10);
    expect(await bench.balanceOf(unknown)).toBeNull();
    await bench.service.deliver(memberRegistered, [aMemberState(randomUUID(), { memberId: unknown })]);
    await bench.askParked();
    expect(await bench.balanceOf(unknown)).toBe(10);
  });

  it('leaves nothing behind when its transaction does not commit', async () => {
    const campaignId = await bench.aCampaign({ pointsPerMember: 10, poolPoints: 100 });
    const memberId = await bench.aMember();
    const ballot = aBallot(campaignId, memberId, 10);
    const reaction = bench.service.app.get(SettleRewardsWhenBallotCast, { strict: false });
    const event = {
      id: randomUUID(),
      type: 'evaluations.ballot-cast.v1',
      source: 'evaluations',
      occurredAt: '2026-11-23T01:00:00.000Z',
      aggregateId: ballot.participationId,
      traceparent: null,
      payload: ballot,
    };
    await expect(
      bench.db.transaction(async (tx) => {
        await reaction.handle(tx, [event]);
        throw new Error('the process died');
      }),
    ).rejects.toThrow('the process died');
    expect(await bench.balanceOf(memberId)).toBe(0);
    expect(await bench.poolBalanceOf(campaignId)).toBe(100);
    expect(await bench.rewardsOf(campaignId)).toEqual([]);
    expect(await settledOf(campaignId)).toEqual([]);
  });

  it('stops at a closed account, so that the event becomes a dead letter', async () => {
    const campaignId = await bench.aCampaign({ pointsPerMember: 10, poolPoints: 100 });
    const memberId = await bench.aMember();
    await execute(bench.db, `UPDATE ledger_account SET status = 'CLOSED' WHERE owner_id = $1`, [memberId]);
    await expect(bench.cast([aBallot(campaignId, memberId, 10)])).rejects.toThrow('accountNotOpen');
  });
});
