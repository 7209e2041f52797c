import { createHash, randomUUID } from 'node:crypto';
import { consentGiven, consentWithdrawn, memberRegistered, type EventContract } from '@zhijia/contracts';
import { execute, row, rows, setClockOffset } from '@zhijia/database';
import { Outbox } from '@zhijia/messaging';
import { openTestDatabase, type TestDatabase } from '@zhijia/testing';
import { aMemberLine, anOffer, aPartner, importsOn, memberFile, smallTree } from '../../test/builders.js';
import { membersMigrations } from '../migrations/index.js';
import { ConsentChangesStore } from './consent-changes.store.js';
import { GiveConsent } from './give-consent.js';
import { RefuseConsent } from './refuse-consent.js';

const day = 86_400;

describe('a consent', () => {
  const changes = new ConsentChangesStore();
  let database: TestDatabase;
  let give: GiveConsent;
  let refuse: RefuseConsent;
  let memberIds: string[];

  beforeAll(async () => {
    database = await openTestDatabase({ migrations: membersMigrations });
    const imports = importsOn(database.dataSource);
    await imports.organisations(smallTree);
    await imports.members(memberFile(...[1, 2, 3, 4, 5, 6].map((order) => aMemberLine(order))));
    memberIds = (await outbox(memberRegistered)).map(({ memberId }) => String(memberId));
    give = new GiveConsent(database.dataSource, changes, new Outbox());
    refuse = new RefuseConsent(database.dataSource, changes);
  });
  afterAll(() => database.close());

  const member = (place: number): string => memberIds[place] ?? '';
  const aPage = (): Buffer => createHash('sha256').update(randomUUID()).digest();

  async function outbox(contract: EventContract): Promise<Record<string, unknown>[]> {
    const found = await rows<{ payload: Record<string, unknown> }>(
      database.dataSource,
      `SELECT payload FROM outbox WHERE type = $1 ORDER BY id`,
      [contract.type],
    );
    return found.map(({ payload }) => payload);
  }
  const eventsOf = async (contract: EventContract, memberId: string) =>
    (await outbox(contract)).filter((payload) => payload['memberId'] === memberId);
  const live = (memberId: string) =>
    rows<{ id: string }>(database.dataSource, `SELECT id FROM consent WHERE member_id = $1 AND withdrawn_at IS NULL`, [
      memberId,
    ]);

  it('is given with its event, for as long as was offered', async () => {
    const given = await give.run(member(0), aPartner(), anOffer({ days: 7 }), aPage());
    const [event] = await eventsOf(consentGiven, member(0));
    expect(consentGiven.schema.parse(event)).toEqual({
      consentId: given.id,
      memberId: member(0),
      clientId: 'first-bank',
      purpose: 'card-issuing',
      fields: ['MEMBERSHIP', 'MASKED_NAME'],
      noticeVersion: '2026-1',
      givenAt: given.givenAt,
      validUntil: given.validUntil,
    });
    expect(Date.parse(given.validUntil) - Date.parse(given.givenAt)).toBe(7 * day * 1_000);
  });

  it('is one where the same page is answered twice, one after the other or at once', async () => {
    const page = aPage();
    const first = await give.run(member(1), aPartner(), anOffer(), page);
    const others = await Promise.all([1, 2, 3, 4].map(() => give.run(member(1), aPartner(), anOffer(), page)));
    expect(new Set([first, ...others].map(({ id }) => id)).size).toBe(1);
    expect(await eventsOf(consentGiven, member(1))).toHaveLength(1);
  });

  it('ends the one before it for the same partner and purpose, and no other', async () => {
    const first = await give.run(member(2), aPartner(), anOffer(), aPage());
    const otherPurpose = await give.run(member(2), aPartner(), anOffer({ purpose: 'loan-assessment' }), aPage());
    const otherPartner = await give.run(member(2), aPartner({ clientId: 'second-bank' }), anOffer(), aPage());
    const second = await give.run(member(2), aPartner(), anOffer(), aPage());
    expect((await live(member(2))).map(({ id }) => id).sort()).toEqual(
      [otherPurpose.id, otherPartner.id, second.id].sort(),
    );
    expect(await eventsOf(consentWithdrawn, member(2))).toMatchObject([{ consentId: first.id, reason: 'REPLACED' }]);
  });

  it('stays one a purpose where two pages are answered at once', async () => {
    await Promise.all([1, 2, 3, 4].map(() => give.run(member(3), aPartner(), anOffer(), aPage())));
    expect(await live(member(3))).toHaveLength(1);
    expect(await eventsOf(consentWithdrawn, member(3))).toHaveLength(3);
  });

  it('leaves nothing where its transaction does not commit', async () => {
    const failing = { add: () => Promise.reject(new Error('gone')) } as unknown as Outbox;
    const crash = new GiveConsent(database.dataSource, changes, failing);
    await expect(crash.run(member(4), aPartner(), anOffer(), aPage())).rejects.toThrow('gone');
    expect(await live(member(4))).toEqual([]);
  });

  describe('that was refused', () => {
    const isRefused = (partner = aPartner(), purpose = 'card-issuing') =>
      changes.isRefused(database.dataSource, member(5), partner, purpose);

    it('is not asked for again by this partner for this purpose until its time is over', async () => {
      await refuse.run(member(5), aPartner(), anOffer({ askAgainAfterDays: 180 }));
      expect(await isRefused()).toBe(true);
      expect(await isRefused(aPartner(), 'loan-assessment')).toBe(false);
      expect(await isRefused(aPartner({ clientId: 'second-bank' }))).toBe(false);
      await setClockOffset(database.dataSource, 180 * day - 60);
      expect(await isRefused()).toBe(true);
      await setClockOffset(database.dataSource, 180 * day);
      expect(await isRefused()).toBe(false);
      await setClockOffset(database.dataSource, 0);
    });

    it('is refused once however often the page is answered', async () => {
      await Promise.all([1, 2, 3].map(() => refuse.run(member(5), aPartner(), anOffer())));
      const found = await row<{ count: number }>(
        database.dataSource,
        `SELECT count(*)::integer AS count FROM consent_refusal WHERE member_id = $1`,
        [member(5)],
      );
      expect(found?.count).toBe(1);
    });
  });

  it.each([`UPDATE consent_use SET used_at = now()`, `TRUNCATE consent_use`])(
    'keeps its uses as they were written: %s',
    async (statement) => {
      await expect(execute(database.dataSource, statement)).rejects.toMatchObject({
        constraint: 'consent_use_is_immutable',
      });
    },
  );
});
