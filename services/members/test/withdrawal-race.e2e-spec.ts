import { randomBytes } from 'node:crypto';
import { memberRegistered } from '@zhijia/contracts';
import { row } from '@zhijia/database';
import { Outbox } from '@zhijia/messaging';
import { aViewer } from '@zhijia/testing';
import { bootSubgraph, type BootedSubgraph } from '@zhijia/testing/subgraph';
import { ConsentChangesStore } from '../src/consents/consent-changes.store.js';
import { GiveConsent } from '../src/consents/give-consent.js';
import { PersonalFields } from '../src/members/personal-fields.js';
import { membersSubgraph } from '../src/members.subgraph.js';
import { aMemberLine, anOffer, aPartner, importsOn, memberFile, personalDataFiles, smallTree } from './builders.js';

const reads = 1_000;
const readers = 20;
const withdrawAfter = 400;
const lateReads = 100;

const bank = aViewer({
  audience: 'bank',
  client: 'first-bank',
  roles: [{ role: 'bank-client', organisationId: '018f0000-0000-7000-8000-000000000000' }],
});

interface Race {
  /** Reads that got data. */
  readonly answered: number;
  /** Reads that began when the withdrawal had been answered, and those of them that got data all the same. */
  readonly begunAfter: number;
  readonly answeredAfter: number;
  /** Lines in the member's ledger. */
  readonly written: number;
}

/** No worker runs here: no event leaves the outbox, and no consumer ever learns of the withdrawal. */
describe('1,000 reads that race a withdrawal', () => {
  let service: BootedSubgraph;
  let memberId: string;

  beforeAll(async () => {
    const files = personalDataFiles();
    service = await bootSubgraph(membersSubgraph, { config: files });
    const imports = importsOn(service.db, PersonalFields.fromFiles(files));
    await imports.organisations(smallTree);
    await imports.members(memberFile(aMemberLine(1)));
    memberId = (await service.outbox(memberRegistered))[0]?.memberId ?? '';
  });
  afterAll(() => service.close());

  async function read(consentId: string): Promise<boolean> {
    const { data } = await service.ask(bank, `{ consentedMember(consentId: "${consentId}") { maskedName } }`);
    return data.consentedMember !== null;
  }

  async function race(readOnce: (consentId: string) => Promise<boolean>): Promise<Race> {
    const give = new GiveConsent(service.db, new ConsentChangesStore(), new Outbox());
    const { id: consentId } = await give.run(memberId, aPartner(), anOffer(), randomBytes(32));
    let begun = 0;
    let isWithdrawn = false;
    const withdrawals: Promise<void>[] = [];
    const withdraw = async (): Promise<void> => {
      const { data } = await service.ask(
        aViewer({ audience: 'mobile', memberId }),
        `mutation { withdrawConsent(input: { consentId: "${consentId}" }) { __typename } }`,
      );
      expect(data.withdrawConsent.__typename).toBe('ConsentWithdrawn');
      isWithdrawn = true;
    };
    const counted = { answered: 0, begunAfter: 0, answeredAfter: 0 };
    const reader = async (): Promise<void> => {
      // Also where no read waits for anything, so many begin after the withdrawal that one answer too many is seen.
      while (begun < reads || counted.begunAfter < lateReads) {
        await new Promise(setImmediate);
        begun += 1;
        if (begun === withdrawAfter) withdrawals.push(withdraw());
        const isLate = isWithdrawn;
        const gotData = await readOnce(consentId);
        if (gotData) counted.answered += 1;
        if (isLate) counted.begunAfter += 1;
        if (isLate && gotData) counted.answeredAfter += 1;
      }
    };
    await Promise.all(Array.from({ length: readers }, reader));
    await Promise.all(withdrawals);
    const uses = await row<{ count: number }>(
      service.db,
      `SELECT count(*)::integer AS count FROM consent_use WHERE consent_id = $1`,
      [consentId],
    );
    return { ...counted, written: uses?.count ?? 0 };
  }

  it('get nothing once it is answered, and each that got something is in the ledger', async () => {
    const raced = await race(read);
    expect(raced.answered).toBeGreaterThanOrEqual(withdrawAfter - readers);
    expect(raced.begunAfter).toBeGreaterThanOrEqual(lateReads);
    expect(raced.answeredAfter).toBe(0);
    expect(raced.written).toBe(raced.answered);
  });

  it('are seen to fail where a reader remembers what it once was allowed', async () => {
    const remembered = new Map<string, Promise<boolean>>();
    const raced = await race((consentId) => {
      const known = remembered.get(consentId) ?? read(consentId);
      remembered.set(consentId, known);
      return known;
    });
    expect(raced.written).toBeLessThan(raced.answered);
    expect(raced.answeredAfter).toBeGreaterThan(0);
  });
});
