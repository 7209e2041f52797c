import { randomBytes } from 'node:crypto';
import type { RoleName } from '@zhijia/access';
import { memberRegistered } from '@zhijia/contracts';
import { rows, setClockOffset } from '@zhijia/database';
import { Outbox } from '@zhijia/messaging';
import { aViewer } from '@zhijia/testing';
import { bootSubgraph, type BootedSubgraph } from '@zhijia/testing/subgraph';
import { ConsentChangesStore } from '../src/consents/consent-changes.store.js';
import { GiveConsent } from '../src/consents/give-consent.js';
import { PersonalFields } from '../src/members/personal-fields.js';
import { membersSubgraph } from '../src/members.subgraph.js';
import { aMemberLine, anOffer, aPartner, importsOn, memberFile, personalDataFiles, smallTree } from './builders.js';

const ask = `query ($month: LocalDate!, $first: Int, $after: String) {
  consentFigures(month: $month, first: $first, after: $after) {
    edges { cursor node { recipientName purpose purposeZh given withdrawn used } } pageInfo { hasNextPage endCursor } } }`;
const day = 86_400;

describe('figures of consents', () => {
  let service: BootedSubgraph;
  let memberIds: string[];
  /** As the database counts days. */
  let today: string;
  const organisations = new Map<string, string>();

  beforeAll(async () => {
    const files = personalDataFiles();
    service = await bootSubgraph(membersSubgraph, { config: files });
    const imports = importsOn(service.db, PersonalFields.fromFiles(files));
    await imports.organisations(smallTree);
    const inFirst = [1, 2, 3, 4, 5].map((order) => aMemberLine(order, { organisationCode: 'B1' }));
    const inSecond = [6, 7].map((order) => aMemberLine(order, { organisationCode: 'B3' }));
    await imports.members(memberFile(...inFirst, ...inSecond));
    memberIds = (await service.outbox(memberRegistered)).map(({ memberId }) => memberId);
    for (const { code, id } of await rows<{ code: string; id: string }>(
      service.db,
      `SELECT code, id FROM organisation`,
    ))
      organisations.set(code, id);
    today = (await rows<{ today: string }>(service.db, `SELECT zhijia_today() AS today`))[0]?.today ?? '';

    for (const memberId of memberIds) {
      const card = await given(memberId, 'first-bank', 'card-issuing');
      for (let times = 0; times < 2; times += 1) await read(card);
    }
    for (const memberId of memberIds.slice(0, 5))
      await withdraw(memberId, await given(memberId, 'second-bank', 'loan'));
    // A second yes takes the place of the first: two were given, none was taken back.
    const [somebody = ''] = memberIds;
    await withdraw(somebody, await given(somebody, 'second-bank', 'card-issuing'));
    await given(somebody, 'second-bank', 'card-issuing');
    await given(somebody, 'second-bank', 'card-issuing');
    // The month is over a month later.
    await setClockOffset(service.db, 31 * day);
  }, 60_000);
  afterAll(() => service.close());

  async function given(memberId: string, clientId: string, purpose: string): Promise<string> {
    const give = new GiveConsent(service.db, new ConsentChangesStore(), new Outbox());
    const partner = aPartner({ clientId, recipientName: clientId });
    return (await give.run(memberId, partner, anOffer({ purpose }), randomBytes(32))).id;
  }
  const read = (consentId: string) =>
    service.ask(
      aViewer({ audience: 'bank', client: 'first-bank', roles: [holding('bank-client', 'C')] }),
      `{ consentedMember(consentId: "${consentId}") { status } }`,
    );
  const withdraw = (memberId: string, consentId: string) =>
    service.ask(
      aViewer({ audience: 'mobile', memberId }),
      `mutation { withdrawConsent(input: { consentId: "${consentId}" }) { __typename } }`,
    );
  const holding = (role: RoleName, code: string) => ({ role, organisationId: organisations.get(code) ?? '' });
  const officer = (role: RoleName, code: string) => aViewer({ audience: 'dashboard', roles: [holding(role, code)] });
  async function seenBy(role: RoleName, code: string, variables: object = {}): Promise<Record<string, unknown>[]> {
    const { data, errors } = await service.ask(officer(role, code), ask, { month: today, ...variables });
    expect(errors).toBeUndefined();
    return data.consentFigures.edges.map(({ node }: { node: unknown }) => node);
  }

  it('tell an auditor how many were given, taken back and used, by partner and purpose', async () => {
    expect(await seenBy('auditor', 'C')).toEqual([
      {
        recipientName: 'first-bank',
        purpose: 'card-issuing',
        purposeZh: '办理工会会员服务卡',
        given: 7,
        withdrawn: 0,
        used: 14,
      },
      // One member stands behind them: too few to be told.
      expect.objectContaining({
        recipientName: 'second-bank',
        purpose: 'card-issuing',
        given: null,
        withdrawn: null,
        used: 0,
      }),
      expect.objectContaining({ recipientName: 'second-bank', purpose: 'loan', given: 5, withdrawn: 5, used: 0 }),
    ]);
  });

  it('count the subtree of the office, and tell nothing of fewer members than the smallest cell', async () => {
    expect(await seenBy('chair', 'D1')).toMatchObject([
      { purpose: 'card-issuing', given: 5, used: 10 },
      { purpose: 'card-issuing', given: null },
      { purpose: 'loan', given: 5, withdrawn: 5 },
    ]);
    expect(await seenBy('chair', 'D2')).toMatchObject([
      { recipientName: 'first-bank', given: null, withdrawn: 0, used: null },
    ]);
    expect(await seenBy('chair', 'B2')).toEqual([]);
  });

  it('come in pages', async () => {
    const first = await service.ask(officer('auditor', 'C'), ask, { month: today, first: 1 });
    expect(first.data.consentFigures.pageInfo.hasNextPage).toBe(true);
    const after = first.data.consentFigures.pageInfo.endCursor;
    const rest = await seenBy('auditor', 'C', { after });
    expect([...first.data.consentFigures.edges.map(({ node }: { node: unknown }) => node), ...rest]).toEqual(
      await seenBy('auditor', 'C'),
    );
    for (const wrong of [{ first: 101 }, { after: 'nonsense' }]) {
      const { errors } = await service.ask(officer('auditor', 'C'), ask, { month: today, ...wrong });
      expect(errors?.[0]?.extensions?.['code']).toBe('BAD_USER_INPUT');
    }
  });

  it('are of one month, and there are none of it until it is over', async () => {
    expect(await seenBy('auditor', 'C', { month: '2020-01-01' })).toEqual([]);
    await setClockOffset(service.db, 0);
    expect(await seenBy('auditor', 'C')).toEqual([]);
    await setClockOffset(service.db, 31 * day);
    expect(await seenBy('auditor', 'C')).toHaveLength(3);
  });

  it.each(['secretary', 'department-officer', 'administrator', 'merchant'] as const)(
    'are not for a %s',
    async (role) => {
      const { errors } = await service.ask(officer(role, 'C'), ask, { month: today });
      expect(errors?.[0]?.extensions?.['code']).toBe('ACCESS_DENIED');
    },
  );
});
