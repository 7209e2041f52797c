import { createHash, randomUUID } from 'node:crypto';
import { readConsentGrant, Viewer, type RoleName } from '@zhijia/access';
import { consentFields, consentWithdrawn, memberRegistered, type ConsentField } from '@zhijia/contracts';
import { execute, row, rows } from '@zhijia/database';
import { Outbox } from '@zhijia/messaging';
import { aViewer } from '@zhijia/testing';
import { bootSubgraph, type BootedSubgraph } from '@zhijia/testing/subgraph';
import { ConsentChangesStore } from '../src/consents/consent-changes.store.js';
import { GiveConsent } from '../src/consents/give-consent.js';
import { RefuseConsent } from '../src/consents/refuse-consent.js';
import { PersonalFields } from '../src/members/personal-fields.js';
import { membersSubgraph } from '../src/members.subgraph.js';
import type { ConsentOffer } from '../src/rules/plan-consent.js';
import {
  aMemberLine,
  anOffer,
  aPartner,
  aUnifiedCode,
  importsOn,
  memberFile,
  personalDataFiles,
  smallTree,
} from './builders.js';

const bankField: Readonly<Record<string, ConsentField>> = {
  status: 'MEMBERSHIP',
  joinedOn: 'MEMBERSHIP',
  organisationNameZh: 'ORGANISATION',
  organisationUnifiedCode: 'ORGANISATION',
  maskedName: 'MASKED_NAME',
  maskedPhone: 'MASKED_PHONE',
  verification: 'VERIFICATION',
};
const everyField = Object.keys(bankField).join(' ');
const readMember = `query ($consentId: ID!) { consentedMember(consentId: $consentId) {
  consentId purpose validUntil coveredFields ${everyField} } }`;
const withdraw = `mutation ($input: WithdrawConsentInput!) { withdrawConsent(input: $input) {
  __typename ... on ConsentWithdrawn { consent { id state withdrawnAt } } ... on Refusal { code messageZh messageEn } } }`;

describe('consents', () => {
  const grantKey = Buffer.alloc(32, 7);
  let service: BootedSubgraph;
  let give: GiveConsent;
  let organisationId: string;
  const memberIds: string[] = [];

  beforeAll(async () => {
    const files = personalDataFiles();
    service = await bootSubgraph(membersSubgraph, { config: { ...files, consentGrantKeys: [grantKey] } });
    const imports = importsOn(service.db, PersonalFields.fromFiles(files));
    await imports.organisations(smallTree);
    await imports.members(memberFile(...[1, 2, 3, 4, 5].map((order) => aMemberLine(order))));
    memberIds.push(...(await service.outbox(memberRegistered)).map(({ memberId }) => memberId));
    organisationId = (await row<{ id: string }>(service.db, `SELECT id FROM organisation WHERE code = 'C'`))?.id ?? '';
    give = new GiveConsent(service.db, new ConsentChangesStore(), new Outbox());
  });
  afterAll(() => service.close());

  const member = (place: number): string => memberIds[place] ?? '';
  const person = (place: number) => aViewer({ audience: 'mobile', memberId: member(place) });
  const bank = (client = 'first-bank') =>
    aViewer({ audience: 'bank', client, roles: [{ role: 'bank-client', organisationId }] });
  const officer = (role: RoleName) => aViewer({ audience: 'dashboard', roles: [{ role, organisationId }] });

  async function given(place: number, offer: Partial<ConsentOffer> = {}): Promise<string> {
    const page = createHash('sha256').update(randomUUID()).digest();
    return (await give.run(member(place), aPartner(), anOffer(offer), page)).id;
  }
  const read = async (consentId: string, viewer = bank()) =>
    (await service.ask(viewer, readMember, { consentId })).data?.consentedMember;
  const usesOf = (consentId: string) =>
    rows<{ id: string }>(service.db, `SELECT id FROM consent_use WHERE consent_id = $1`, [consentId]);

  describe('a partner', () => {
    it('reads what the consent covers, and the ledger has it', async () => {
      const consentId = await given(0, { fields: [...consentFields] });
      expect(await read(consentId)).toEqual({
        consentId,
        purpose: 'card-issuing',
        validUntil: expect.any(String),
        coveredFields: [...consentFields],
        status: 'ACTIVE',
        joinedOn: '2020-01-31',
        organisationNameZh: '甲厂工会',
        organisationUnifiedCode: aUnifiedCode(2),
        maskedName: '欧阳**',
        maskedPhone: '139****0001',
        verification: 'NONE',
      });
      expect(await usesOf(consentId)).toHaveLength(1);
    });

    it.each(consentFields)('reads the fields of %s under a consent to it, and no other', async (field) => {
      const consentId = await given(0, { fields: [field] });
      const found = await read(consentId);
      const shown = Object.keys(bankField).filter((name) => found[name] !== null);
      expect(shown).toEqual(Object.keys(bankField).filter((name) => bankField[name] === field));
      expect(found.coveredFields).toEqual([field]);
    });

    it('hands on a grant that covers the same for this partner alone', async () => {
      const consentId = await given(0, { fields: ['POINTS'] });
      const { data } = await service.ask(bank(), `{ consentedMember(consentId: "${consentId}") { grant } }`);
      const { grant } = data.consentedMember;
      expect(readConsentGrant(grant, bank(), [grantKey], Date.now())).toEqual({
        consentId,
        memberId: member(0),
        fields: ['POINTS'],
      });
      expect(readConsentGrant(grant, bank('second-bank'), [grantKey], Date.now())).toBeNull();
    });
  });

  describe('the member', () => {
    const mine = `query ($first: Int, $after: String, $uses: Int, $usesAfter: String) { me { consents(first: $first, after: $after) {
      edges { cursor node { id recipientName recipientContact purposeZh fields method noticeVersion state
        uses(first: $uses, after: $usesAfter) { edges { cursor node { usedAt fields } } pageInfo { hasNextPage } } } }
      pageInfo { hasNextPage endCursor } } } }`;
    let consentId: string;

    beforeAll(async () => {
      await execute(service.db, `DELETE FROM consent WHERE member_id = $1`, [member(1)]);
      await given(1, { purpose: 'loan-assessment' });
      consentId = await given(1);
      for (let times = 0; times < 3; times += 1) await read(consentId);
    });

    it('sees whom they let read what and why, and each time it was read', async () => {
      const { data } = await service.ask(person(1), mine, { uses: 2 });
      const [{ node }] = data.me.consents.edges;
      expect(node).toMatchObject({
        id: consentId,
        recipientName: '第一银行（演示）',
        recipientContact: 'privacy@first-bank.example',
        purposeZh: '办理工会会员服务卡',
        fields: ['MEMBERSHIP', 'MASKED_NAME'],
        method: 'ONLINE_QUERY',
        noticeVersion: '2026-1',
        state: 'LIVE',
      });
      expect(node.uses.edges).toHaveLength(2);
      expect(node.uses.edges[0].node).toEqual({ usedAt: expect.any(String), fields: ['MEMBERSHIP', 'MASKED_NAME'] });
      expect(node.uses.pageInfo.hasNextPage).toBe(true);
      const rest = await service.ask(person(1), mine, { uses: 2, usesAfter: node.uses.edges[1].cursor });
      expect(rest.data.me.consents.edges[0].node.uses.edges).toHaveLength(1);
    });

    it('sees them page by page, the newest first', async () => {
      const first = await service.ask(person(1), mine, { first: 1 });
      expect(first.data.me.consents).toMatchObject({
        edges: [{ node: { id: consentId } }],
        pageInfo: { hasNextPage: true },
      });
      const second = await service.ask(person(1), mine, { first: 1, after: first.data.me.consents.pageInfo.endCursor });
      expect(second.data.me.consents).toMatchObject({
        edges: [{ node: { purposeZh: expect.any(String) } }],
        pageInfo: { hasNextPage: false },
      });
    });

    it('takes one back once, with its event, and the next read gets nothing', async () => {
      const mineToEnd = await given(2);
      expect(await read(mineToEnd)).not.toBeNull();
      const first = await service.ask(person(2), withdraw, { input: { consentId: mineToEnd } });
      expect(first.data.withdrawConsent).toMatchObject({
        __typename: 'ConsentWithdrawn',
        consent: { id: mineToEnd, state: 'WITHDRAWN' },
      });
      expect(await read(mineToEnd)).toBeNull();
      const second = await service.ask(person(2), withdraw, { input: { consentId: mineToEnd } });
      expect(second).toEqual(first);
      const told = (await service.outbox(consentWithdrawn)).filter(({ consentId: id }) => id === mineToEnd);
      expect(told).toMatchObject([{ memberId: member(2), reason: 'MEMBER' }]);
    });

    it('takes it back in person: who acts for them with their code cannot', async () => {
      const mineToKeep = await given(4);
      const agent = new Viewer({ ...person(4), subject: 'an officer', actingFor: member(4) });
      const answer = await service.ask(agent, withdraw, { input: { consentId: mineToKeep } });
      expect(answer.errors?.[0]?.extensions?.['code']).toBe('ACCESS_DENIED');
      expect(await read(mineToKeep)).not.toBeNull();
    });

    it("cannot end another's, nor learn that it is there", async () => {
      const theirs = await given(3);
      const foreign = await service.ask(person(1), withdraw, { input: { consentId: theirs } });
      const unknown = await service.ask(person(1), withdraw, { input: { consentId: randomUUID() } });
      expect(foreign).toEqual(unknown);
      expect(foreign.data.withdrawConsent).toMatchObject({ __typename: 'ConsentNotFound', code: 'CONSENT_NOT_FOUND' });
      expect(await read(theirs)).not.toBeNull();
    });
  });

  describe('a refusal', () => {
    const refusals = `{ me { consentRefusals { id recipientName purposeZh } } }`;
    const lift = `mutation ($input: LiftConsentRefusalInput!) { liftConsentRefusal(input: $input) {
      __typename ... on Refusal { code } } }`;

    it('is seen by its member, who alone lets the partner ask again, and once', async () => {
      const changes = new ConsentChangesStore();
      await new RefuseConsent(service.db, changes).run(member(0), aPartner(), anOffer());
      const [seen] = (await service.ask(person(0), refusals)).data.me.consentRefusals;
      expect(seen).toEqual({
        id: expect.any(String),
        recipientName: '第一银行（演示）',
        purposeZh: '办理工会会员服务卡',
      });
      expect((await service.ask(person(1), refusals)).data.me.consentRefusals).toEqual([]);
      const input = { refusalId: seen.id };
      const kindOf = async (place: number, given: object = input) =>
        (await service.ask(person(place), lift, { input: given })).data.liftConsentRefusal.__typename;
      expect(await kindOf(1)).toBe('ConsentRefusalNotFound');
      expect(await kindOf(0, { refusalId: 'x' })).toBe('ConsentRefusalNotFound');
      expect(await changes.isRefused(service.db, member(0), aPartner(), 'card-issuing')).toBe(true);
      expect(await kindOf(0)).toBe('ConsentRefusalLifted');
      expect(await changes.isRefused(service.db, member(0), aPartner(), 'card-issuing')).toBe(false);
      expect(await kindOf(0)).toBe('ConsentRefusalNotFound');
    });
  });

  it.each(['chair', 'administrator', 'auditor'] as const)('are not for a %s to see', async (role) => {
    const { data } = await service.ask(
      officer(role),
      `{ member(id: "${member(1)}") { consents { edges { cursor } } } }`,
    );
    expect(data.member?.consents ?? null).toBeNull();
  });
});
