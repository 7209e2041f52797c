import { randomUUID } from 'node:crypto';
import { visitReversed } from '@zhijia/contracts';
import { aViewer } from '@zhijia/testing';
import { aVisit, anOfficer, TimebankBench, type Organisation } from '../../test/timebank-bench.js';
import { ReverseVisit } from './reverse-visit.js';

describe('taking a visit back', () => {
  let bench: TimebankBench;
  let union: Organisation;

  beforeAll(async () => {
    bench = await TimebankBench.open();
    union = await bench.anOrganisation();
  });
  afterAll(() => bench.close());

  function reverse(visitId: string, viewer = anOfficer(union), key: string = randomUUID(), reason = 'the wrong day') {
    return bench.service.app.get(ReverseVisit, { strict: false }).run(visitId, reason, viewer, key);
  }

  async function aPostedVisit(): Promise<{ visitId: string; memberId: string }> {
    const memberId = await bench.aDepositor(union);
    const outcome = await bench.postVisit(anOfficer(union), aVisit(memberId, 9, 11));
    if (outcome.kind !== 'posted') throw new Error(outcome.kind);
    return { visitId: outcome.visitId, memberId };
  }

  it('returns the minutes by a linked entry and frees the time', async () => {
    const { visitId, memberId } = await aPostedVisit();
    expect(await reverse(visitId)).toEqual({ kind: 'reversed', visitId, isReplayed: false });
    expect(await bench.balanceOf(memberId)).toBe(0);
    const account = await bench.accountOf(memberId);
    const entries = await bench.ledger.statement(bench.db, account.id, { first: 10 });
    expect(entries.map(({ units }) => units)).toEqual([-120, 120]);
    expect(entries[0]?.reversesId).toBe(entries[1]?.transferId);
    expect((await bench.postVisit(anOfficer(union), aVisit(memberId, 9, 11))).kind).toBe('posted');
    const told = (await bench.service.outbox(visitReversed)).filter((event) => event.memberId === memberId);
    expect(told).toMatchObject([{ visitId, minutes: 120, reversesTransferId: entries[1]?.transferId }]);
  });

  it('takes back once, whatever comes at once', async () => {
    const { visitId, memberId } = await aPostedVisit();
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => reverse(visitId)));
    expect(outcomes.filter((outcome) => outcome.kind === 'reversed')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome.kind === 'alreadyReversed')).toHaveLength(7);
    expect(await bench.balanceOf(memberId)).toBe(0);
  });

  it('answers the same key alike, and refuses it for another input', async () => {
    const { visitId } = await aPostedVisit();
    const key = randomUUID();
    const first = await reverse(visitId, anOfficer(union), key);
    expect(await reverse(visitId, anOfficer(union), key)).toEqual({ ...first, isReplayed: true });
    expect(await reverse(visitId, anOfficer(union), key, 'another')).toEqual({ kind: 'keyReused' });
  });

  it('refuses without a reason, a visit out of reach or unknown, and the own visit', async () => {
    const { visitId, memberId } = await aPostedVisit();
    expect(await reverse(visitId, anOfficer(union), randomUUID(), ' ')).toEqual({ kind: 'reasonMissing' });
    const foreign = anOfficer(await bench.anOrganisation());
    expect(await reverse(visitId, foreign)).toEqual({ kind: 'visitNotFound' });
    expect(await reverse(randomUUID())).toEqual({ kind: 'visitNotFound' });
    expect(await reverse('no id')).toEqual({ kind: 'visitNotFound' });
    // A service provider posts; taking back is for chair and secretary.
    expect(await reverse(visitId, anOfficer(union, 'service-provider'))).toEqual({ kind: 'visitNotFound' });
    const own = aViewer({ memberId, roles: [{ role: 'chair', organisationId: union.organisationId }] });
    expect(await reverse(visitId, own)).toEqual({ kind: 'ownAccount' });
  });

  it('refuses what the depositor has spent since', async () => {
    const { visitId, memberId } = await aPostedVisit();
    const account = await bench.accountOf(memberId);
    await bench.db.transaction(async (tx) => {
      const [sink] = await bench.ledger.openAccounts(tx, [{ book: 'MINUTES', kind: 'FUND', ownerId: null }]);
      await bench.ledger.postTransfer(tx, {
        book: 'MINUTES',
        fromAccountId: account.id,
        toAccountId: sink?.id ?? '',
        units: 50,
        kind: 'GIFT',
        reason: 'a gift',
        reference: `test:${visitId}`,
      });
    });
    expect(await reverse(visitId)).toEqual({ kind: 'insufficientMinutes', shortfallMinutes: 50 });
  });
});
