import { randomUUID } from 'node:crypto';
import { memberChanged, offerRedeemed } from '@zhijia/contracts';
import { row, setClockOffset } from '@zhijia/database';
import { Outbox } from '@zhijia/messaging';
import { aMemberState, aViewer } from '@zhijia/testing';
import { anOfferRequest, anOfficer, BenefitsBench } from '../../test/benefits-bench.js';
import type { OfferRequest } from '../rules/plan-offer.js';
import { CreateOffer } from './create-offer.js';
import { RedeemOffer, type RedeemOfferOutcome } from './redeem-offer.js';
import { WithdrawOffer } from './withdraw-offer.js';

describe('redeeming an offer', () => {
  let bench: BenefitsBench;
  let city: { organisationId: string; path: string };
  let union: { organisationId: string; path: string };

  beforeAll(async () => {
    bench = await BenefitsBench.open();
    city = await bench.anOrganisation();
    union = await bench.anOrganisation(city);
  });
  afterAll(() => bench.close());

  async function anOffer(changes: Partial<OfferRequest> = {}): Promise<string> {
    const outcome = await bench.service.app
      .get(CreateOffer, { strict: false })
      .run(anOfferRequest(city.organisationId, changes), anOfficer(city.organisationId), randomUUID());
    if (outcome.kind !== 'created') throw new Error(outcome.kind);
    return outcome.offerId;
  }

  function redeem(offerId: string, memberId: string, key: string = randomUUID()): Promise<RedeemOfferOutcome> {
    return bench.service.app.get(RedeemOffer, { strict: false }).run(offerId, aViewer({ memberId }), key);
  }

  function withPoints(points: number): Promise<string> {
    return bench.aMemberWithPoints(points, union.organisationId);
  }

  async function redeemedCount(offerId: string): Promise<number> {
    const found = await row<{ count: number }>(bench.db, `SELECT redeemed_count AS count FROM offer WHERE id = $1`, [
      offerId,
    ]);
    return found?.count ?? -1;
  }

  it('spends the price and tells it once', async () => {
    const offerId = await anOffer();
    const memberId = await withPoints(150);
    expect(await redeem(offerId, memberId)).toMatchObject({ kind: 'redeemed', isReplayed: false });
    expect(await bench.balanceOf(memberId)).toBe(50);
    const told = (await bench.service.outbox(offerRedeemed)).filter((event) => event.memberId === memberId);
    expect(told).toMatchObject([{ offerId, points: 100 }]);
  });

  it('keeps which officer did it for the member, and spends the points of nobody else', async () => {
    const offerId = await anOffer();
    const memberId = await withPoints(100);
    const agent = aViewer({ memberId, subject: 'an officer', actingFor: memberId });
    await bench.service.app.get(RedeemOffer, { strict: false }).run(offerId, agent, randomUUID());
    const kept = await row(bench.db, `SELECT member_id, acted_by FROM redemption WHERE offer_id = $1`, [offerId]);
    expect(kept).toEqual({ member_id: memberId, acted_by: 'an officer' });
    expect(await bench.balanceOf(memberId)).toBe(0);
  });

  it('refuses what is missing, and leaves the points', async () => {
    const memberId = await withPoints(60);
    expect(await redeem(await anOffer(), memberId)).toEqual({ kind: 'insufficientPoints', shortfallPoints: 40 });
    expect(await bench.balanceOf(memberId)).toBe(60);
  });

  it("knows no offer out of the member's tree, no foreign id, and no member who left", async () => {
    const offerId = await anOffer();
    const unknown = { kind: 'offerNotAvailable', reason: 'UNKNOWN' };
    const foreigner = await bench.aMemberWithPoints(200, (await bench.anOrganisation()).organisationId);
    expect(await redeem(offerId, foreigner)).toEqual(unknown);
    const memberId = await withPoints(200);
    expect(await redeem(randomUUID(), memberId)).toEqual(unknown);
    expect(await redeem('no id', memberId)).toEqual(unknown);
    await bench.service.deliver(memberChanged, [
      aMemberState(union.organisationId, { memberId, version: 2, status: 'LEFT' }),
    ]);
    expect(await redeem(offerId, memberId)).toEqual(unknown);
    expect(await redeem(offerId, randomUUID())).toEqual({ kind: 'accountNotFound' });
  });

  it('keeps the window by the time of the database', async () => {
    const memberId = await withPoints(200);
    const later = await anOffer({
      startsAt: new Date(Date.now() + 3_600_000).toISOString(),
      endsAt: new Date(Date.now() + 7_200_000).toISOString(),
    });
    expect(await redeem(later, memberId)).toEqual({ kind: 'offerNotAvailable', reason: 'NOT_STARTED' });
    await setClockOffset(bench.db, 5_400);
    try {
      expect((await redeem(later, memberId)).kind).toBe('redeemed');
      await setClockOffset(bench.db, 7_300);
      expect(await redeem(later, memberId)).toEqual({ kind: 'offerNotAvailable', reason: 'ENDED' });
    } finally {
      await setClockOffset(bench.db, 0);
    }
  });

  it('ends with its withdrawal, which a foreign officer cannot order', async () => {
    const offerId = await anOffer();
    const memberId = await withPoints(200);
    const withdraw = bench.service.app.get(WithdrawOffer, { strict: false });
    const foreign = anOfficer((await bench.anOrganisation()).organisationId);
    expect(await withdraw.run(offerId, foreign)).toEqual({ kind: 'offerNotFound' });
    expect(await withdraw.run(offerId, anOfficer(union.organisationId))).toEqual({ kind: 'offerNotFound' });
    expect(await withdraw.run(offerId, anOfficer(city.organisationId))).toEqual({ kind: 'withdrawn' });
    expect(await withdraw.run(offerId, anOfficer(city.organisationId))).toEqual({ kind: 'withdrawn' });
    expect(await redeem(offerId, memberId)).toEqual({ kind: 'offerNotAvailable', reason: 'WITHDRAWN' });
  });

  it('pays once for the same key, and refuses the key for another offer', async () => {
    const offerId = await anOffer({ perMemberLimit: 5 });
    const memberId = await withPoints(500);
    const key = randomUUID();
    const first = await redeem(offerId, memberId, key);
    expect(await redeem(offerId, memberId, key)).toEqual({ ...first, isReplayed: true });
    expect(await redeem(await anOffer(), memberId, key)).toEqual({ kind: 'keyReused' });
    expect(await bench.balanceOf(memberId)).toBe(400);
  });

  it('pays once when twenty requests come at once under one key', async () => {
    const offerId = await anOffer({ perMemberLimit: 5 });
    const memberId = await withPoints(500);
    const key = randomUUID();
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => redeem(offerId, memberId, key)));
    expect(outcomes.filter((outcome) => outcome.kind === 'redeemed')).toHaveLength(20);
    expect(outcomes.filter((outcome) => outcome.kind === 'redeemed' && !outcome.isReplayed)).toHaveLength(1);
    expect(await bench.balanceOf(memberId)).toBe(400);
    expect(await redeemedCount(offerId)).toBe(1);
  });

  it('never oversells a stock that twenty members want at once', async () => {
    const offerId = await anOffer({ stock: 7 });
    const members = await Promise.all(Array.from({ length: 20 }, () => withPoints(100)));
    const outcomes = await Promise.all(members.map((memberId) => redeem(offerId, memberId)));
    expect(outcomes.filter((outcome) => outcome.kind === 'redeemed')).toHaveLength(7);
    expect(outcomes.filter((outcome) => outcome.kind === 'offerSoldOut')).toHaveLength(13);
    expect(await redeemedCount(offerId)).toBe(7);
    expect(await bench.ledger.recomputeBalances(bench.db)).toEqual([]);
  });

  it('keeps the limit of a member who asks many times at once', async () => {
    const offerId = await anOffer({ perMemberLimit: 2 });
    const memberId = await withPoints(1_000);
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => redeem(offerId, memberId)));
    expect(outcomes.filter((outcome) => outcome.kind === 'redeemed')).toHaveLength(2);
    expect(outcomes.filter((outcome) => outcome.kind === 'redemptionLimitReached')).toHaveLength(6);
    expect(await bench.balanceOf(memberId)).toBe(800);
  });

  it('never spends the same points on two offers at once', async () => {
    const offers = await Promise.all(Array.from({ length: 6 }, () => anOffer()));
    const memberId = await withPoints(250);
    const outcomes = await Promise.all(offers.map((offerId) => redeem(offerId, memberId)));
    expect(outcomes.filter((outcome) => outcome.kind === 'redeemed')).toHaveLength(2);
    expect(await bench.balanceOf(memberId)).toBe(50);
  });

  it('leaves nothing behind when the transaction does not commit', async () => {
    const offerId = await anOffer();
    const memberId = await withPoints(100);
    const outbox = bench.service.app.get(Outbox, { strict: false });
    const add = outbox.add.bind(outbox);
    outbox.add = async () => {
      throw new Error('the process died');
    };
    try {
      await expect(redeem(offerId, memberId)).rejects.toThrow('the process died');
    } finally {
      outbox.add = add;
    }
    expect(await bench.balanceOf(memberId)).toBe(100);
    expect(await redeemedCount(offerId)).toBe(0);
  });
});
