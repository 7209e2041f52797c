import { randomUUID } from 'node:crypto';
import { memberChanged, visitPosted } from '@zhijia/contracts';
import { execute, isTransient, runUntil } from '@zhijia/database';
import { Outbox } from '@zhijia/messaging';
import { aMemberState, aViewer } from '@zhijia/testing';
import { aVisit, anOfficer, TimebankBench, type Organisation } from '../../test/timebank-bench.js';

describe('posting a visit', () => {
  let bench: TimebankBench;
  let city: Organisation;
  let union: Organisation;

  beforeAll(async () => {
    bench = await TimebankBench.open();
    city = await bench.anOrganisation();
    union = await bench.anOrganisation(city);
  });
  afterAll(() => bench.close());

  it('moves the minutes to the depositor and tells it once', async () => {
    const memberId = await bench.aDepositor(union);
    const outcome = await bench.postVisit(anOfficer(city), aVisit(memberId, 9, 13));
    expect(outcome).toMatchObject({ kind: 'posted', isReplayed: false });
    expect(await bench.balanceOf(memberId)).toBe(240);
    const told = (await bench.service.outbox(visitPosted)).filter((event) => event.memberId === memberId);
    expect(told).toMatchObject([{ minutes: 240 }]);
    expect(await bench.ledger.recomputeBalances(bench.db)).toEqual([]);
  });

  it('answers a depositor out of reach, an unknown one and a malformed id alike', async () => {
    const elsewhere = await bench.anOrganisation();
    const memberId = await bench.aDepositor(elsewhere);
    const officer = anOfficer(union);
    for (const id of [memberId, randomUUID(), 'nobody']) {
      expect(await bench.postVisit(officer, aVisit(id, 9, 10))).toEqual({ kind: 'depositorNotFound' });
    }
    expect(await bench.balanceOf(memberId)).toBe(0);
  });

  it('reaches down the tree only, and label by label', async () => {
    const memberOfCity = await bench.aDepositor(city);
    expect(await bench.postVisit(anOfficer(union), aVisit(memberOfCity, 9, 10))).toEqual({ kind: 'depositorNotFound' });
  });

  it('refuses a served member of another tree as if there were none', async () => {
    const memberId = await bench.aDepositor(union);
    const foreign = await bench.aDepositor(await bench.anOrganisation());
    const near = await bench.aDepositor(union);
    const officer = anOfficer(city);
    for (const servedMemberId of [foreign, randomUUID(), 'nobody']) {
      expect(await bench.postVisit(officer, { ...aVisit(memberId, 9, 10), servedMemberId })).toEqual({
        kind: 'visitInvalid',
        problem: 'servedUnknown',
      });
    }
    expect(await bench.postVisit(officer, { ...aVisit(memberId, 9, 10), servedMemberId: near })).toMatchObject({
      kind: 'posted',
    });
  });

  it('refuses an officer who posts to their own account', async () => {
    const memberId = await bench.aDepositor(union);
    const officer = aViewer({
      memberId,
      audience: 'dashboard',
      roles: [{ role: 'chair', organisationId: city.organisationId }],
    });
    expect(await bench.postVisit(officer, aVisit(memberId, 9, 10))).toEqual({ kind: 'ownAccount' });
  });

  it('refuses a depositor who left, and a frozen account', async () => {
    const left = await bench.aDepositor(union);
    await bench.service.deliver(memberChanged, [
      aMemberState(union.organisationId, { memberId: left, version: 2, status: 'LEFT' }),
    ]);
    expect(await bench.postVisit(anOfficer(city), aVisit(left, 9, 10))).toEqual({ kind: 'depositorNotActive' });
    const frozen = await bench.aDepositor(union);
    const account = await bench.accountOf(frozen);
    await bench.db.transaction((tx) => bench.ledger.changeStatus(tx, account.id, 'FROZEN'));
    expect(await bench.postVisit(anOfficer(city), aVisit(frozen, 9, 10))).toEqual({ kind: 'accountFrozen' });
  });

  it('binds no key by a refusal, so that the mended request may use it', async () => {
    const memberId = await bench.aDepositor(union);
    const key = randomUUID();
    const officer = anOfficer(city);
    expect((await bench.postVisit(officer, aVisit(memberId, 9, 9), key)).kind).toBe('visitInvalid');
    expect((await bench.postVisit(officer, aVisit(memberId, 9, 10), key)).kind).toBe('posted');
  });

  it('posts once for the same key, and refuses the key for another input', async () => {
    const memberId = await bench.aDepositor(union);
    const key = randomUUID();
    const officer = anOfficer(city);
    const first = await bench.postVisit(officer, aVisit(memberId, 9, 10), key);
    const again = await bench.postVisit(officer, aVisit(memberId, 9, 10), key);
    expect(again).toEqual({ ...first, isReplayed: true });
    expect(await bench.postVisit(officer, aVisit(memberId, 11, 12), key)).toEqual({ kind: 'keyReused' });
    expect(await bench.balanceOf(memberId)).toBe(60);
  });

  it('posts once when twenty requests come at once under one key', async () => {
    const memberId = await bench.aDepositor(union);
    const key = randomUUID();
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () => bench.postVisit(anOfficer(city), aVisit(memberId, 9, 10), key)),
    );
    expect(new Set(outcomes.map((outcome) => (outcome.kind === 'posted' ? outcome.visitId : outcome.kind))).size).toBe(
      1,
    );
    expect(outcomes.filter((outcome) => outcome.kind === 'posted' && !outcome.isReplayed)).toHaveLength(1);
    expect(await bench.balanceOf(memberId)).toBe(60);
  });

  it('lets only one of two overlapping visits through that come at once', async () => {
    const memberId = await bench.aDepositor(union);
    const outcomes = await Promise.all([
      bench.postVisit(anOfficer(city), aVisit(memberId, 9, 11)),
      bench.postVisit(anOfficer(union), aVisit(memberId, 10, 12)),
    ]);
    expect(outcomes.map((outcome) => outcome.kind).sort()).toEqual(['posted', 'visitOverlaps']);
    expect(await bench.balanceOf(memberId)).toBe(120);
  });

  it('keeps eight hours a day when visits come at once', async () => {
    const memberId = await bench.aDepositor(union);
    const outcomes = await Promise.all(
      [0, 3, 6, 9, 12, 15].map((hour) => bench.postVisit(anOfficer(city), aVisit(memberId, hour, hour + 2))),
    );
    expect(outcomes.filter((outcome) => outcome.kind === 'posted')).toHaveLength(4);
    expect(outcomes.filter((outcome) => outcome.kind === 'dailyLimitReached')).toHaveLength(2);
    expect(await bench.balanceOf(memberId)).toBe(480);
  });

  it('leaves nothing behind when the transaction does not commit', async () => {
    const memberId = await bench.aDepositor(union);
    const before = [await bench.count('visit'), await bench.count('ledger_transfer'), await bench.count('outbox')];
    const outbox = bench.service.app.get(Outbox, { strict: false });
    const add = outbox.add.bind(outbox);
    outbox.add = async () => {
      throw new Error('the process died');
    };
    const key = randomUUID();
    try {
      await expect(bench.postVisit(anOfficer(city), aVisit(memberId, 9, 10), key)).rejects.toThrow('the process died');
    } finally {
      outbox.add = add;
    }
    expect([await bench.count('visit'), await bench.count('ledger_transfer'), await bench.count('outbox')]).toEqual(
      before,
    );
    expect(await bench.balanceOf(memberId)).toBe(0);
    expect((await bench.postVisit(anOfficer(city), aVisit(memberId, 9, 10), key)).kind).toBe('posted');
  });

  it('leaves nothing behind past its deadline, and the same key posts it once somebody waits again', async () => {
    const memberId = await bench.aDepositor(union);
    const officer = anOfficer(city);
    const post = () => bench.postVisit(officer, aVisit(memberId, 9, 11), 'late');
    await bench.db.transaction(async (holder) => {
      await execute(holder, `LOCK TABLE visit IN ACCESS EXCLUSIVE MODE`);
      const met: unknown = await runUntil(performance.now() + 50, post).catch((error: unknown) => error);
      expect(isTransient(met)).toBe(true);
    });
    expect(await bench.balanceOf(memberId)).toBe(0);
    expect(await post()).toMatchObject({ kind: 'posted', isReplayed: false });
    expect(await post()).toMatchObject({ kind: 'posted', isReplayed: true });
    expect(await bench.balanceOf(memberId)).toBe(120);
    // Sooner than a lock is given up by itself.
  }, 4_000);
});
