import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { signConsentGrant, type Audience, type RoleName, type Viewer } from '@zhijia/access';
import { consentFields, memberRegistered, type ConsentField } from '@zhijia/contracts';
import { execute, row } from '@zhijia/database';
import { Outbox } from '@zhijia/messaging';
import type { SubgraphDefinition } from '@zhijia/subgraph';
import { aMemberState, aViewer } from '@zhijia/testing';
import { bootSubgraph, type BootedSubgraph } from '@zhijia/testing/subgraph';
import type { FormattedExecutionResult } from 'graphql';
/* eslint-disable @nx/enforce-module-boundaries -- Services meet here as their own tests start them. */
import { aBallot, BenefitsBench } from '../../services/benefits/test/benefits-bench.js';
import { benefitsSubgraph } from '../../services/benefits/src/benefits.subgraph.js';
import { ConsentChangesStore } from '../../services/members/src/consents/consent-changes.store.js';
import { GiveConsent } from '../../services/members/src/consents/give-consent.js';
import { PersonalFields } from '../../services/members/src/members/personal-fields.js';
import { membersSubgraph } from '../../services/members/src/members.subgraph.js';
import {
  aMemberLine,
  anOffer,
  aPartner,
  importsOn,
  memberFile,
  personalDataFiles,
  smallTree,
} from '../../services/members/test/builders.js';
import { anOfficer, aVisit, TimebankBench } from '../../services/timebank/test/timebank-bench.js';
import { timebankSubgraph } from '../../services/timebank/src/timebank.subgraph.js';
/* eslint-enable @nx/enforce-module-boundaries */

interface Partner {
  readonly issuer: string;
  readonly clientId: string;
}

interface GrantFacts {
  field?: ConsentField;
  ageMs?: number;
  key?: Buffer;
  partner?: Partial<Partner>;
  /** Written over what was signed, under the signature that was made before. */
  rewritten?: Readonly<Record<string, unknown>>;
  viewer?: { role?: RoleName; audience?: Audience };
}

export type ConsentWorld = Awaited<ReturnType<typeof openConsentWorld>>;

/** Members, timebank and benefits, with one member whom a partner can be let read, and another. */
export async function openConsentWorld(partner: Partner) {
  const key = randomBytes(32);
  const files = personalDataFiles();
  const config = { consentGrantKeys: [key] };
  const [members, timebank, benefits] = await Promise.all([
    bootSubgraph(membersSubgraph, { config: { ...files, ...config } }),
    TimebankBench.open(config),
    BenefitsBench.open(config),
  ]);
  const imports = importsOn(members.db, PersonalFields.fromFiles(files));
  await imports.organisations(smallTree);
  await imports.members(memberFile(aMemberLine(1), aMemberLine(2)));
  const [memberId = '', otherMemberId = ''] = (await members.outbox(memberRegistered)).map((told) => told.memberId);

  const union = await timebank.anOrganisation();
  const everybody = [memberId, otherMemberId].map((id) => aMemberState(union.organisationId, { memberId: id }));
  await timebank.service.deliver(memberRegistered, everybody);
  await benefits.service.deliver(memberRegistered, everybody);
  const campaignId = await benefits.aCampaign({ pointsPerMember: 200, poolPoints: 400 });
  for (const each of [memberId, otherMemberId]) {
    await timebank.postVisit(anOfficer(union), aVisit(each, 9, 13));
    await benefits.cast([aBallot(campaignId, each, 200)]);
  }

  const give = new GiveConsent(members.db, new ConsentChangesStore(), new Outbox());

  /** The member's yes to everything, but for what is said; answers its id. */
  async function given(facts: { purpose?: string; without?: ConsentField } = {}): Promise<string> {
    const { purpose = 'card-issuing', without } = facts;
    const offer = anOffer({ purpose, fields: consentFields.filter((field) => field !== without) });
    return (await give.run(memberId, aPartner(partner), offer, randomBytes(32))).id;
  }
  async function changed(change: string): Promise<string> {
    const consentId = await given();
    await execute(members.db, `UPDATE consent SET ${change} WHERE id = $1`, [consentId]);
    return consentId;
  }

  const bankViewer = ({ role = 'bank-client', audience = 'bank' }: GrantFacts['viewer'] = {}): Viewer =>
    aViewer({
      issuer: partner.issuer,
      subject: partner.clientId,
      client: partner.clientId,
      audience,
      roles: [{ role, organisationId: union.organisationId }],
    });
  const holderOf = (service: BootedSubgraph, name: string, field: ConsentField) => ({
    name,
    field,
    read: (grant: string, viewer?: GrantFacts['viewer']): Promise<FormattedExecutionResult> =>
      service.ask(
        bankViewer(viewer),
        `query ($all: [_Any!]!) { _entities(representations: $all) { ... on ConsentedMember { ${name} } } }`,
        { all: [{ __typename: 'ConsentedMember', grant }] },
      ),
  });
  const served = async (service: BootedSubgraph, { name, schemaFile }: SubgraphDefinition) => ({
    name,
    typeDefs: readFileSync(schemaFile, 'utf8'),
    ...(await service.listen()),
  });

  return {
    subgraphs: [
      await served(members, membersSubgraph),
      await served(timebank.service, timebankSubgraph),
      await served(benefits.service, benefitsSubgraph),
    ],
    memberId,
    otherMemberId,
    /** What a consent to everything shows. */
    shown: {
      status: 'ACTIVE',
      joinedOn: '2020-01-31',
      organisationNameZh: '甲厂工会',
      organisationUnifiedCode: expect.any(String),
      maskedName: '欧阳**',
      maskedPhone: '139****0001',
      verification: 'NONE',
      timeBalanceMinutes: 240,
      pointsBalance: 200,
    } as Readonly<Record<string, unknown>>,
    given,
    over: () => changed(`given_at = given_at - interval '90 days', valid_until = valid_until - interval '90 days'`),
    ofOtherIssuer: () => changed(`issuer = 'https://another.test'`),
    async withdraw(consentId: string): Promise<void> {
      const member = aViewer({ memberId });
      const answer = await members.ask(
        member,
        `mutation { withdrawConsent(input: { consentId: "${consentId}" }) { __typename } }`,
      );
      expect(answer).toEqual({ data: { withdrawConsent: { __typename: 'ConsentWithdrawn' } } });
    },
    async countUses(): Promise<number> {
      const found = await row<{ count: number }>(members.db, `SELECT count(*) AS count FROM consent_use`);
      return found?.count ?? 0;
    },
    /** The services that answer under a grant, each with its field. */
    grantHolders: [
      holderOf(timebank.service, 'timeBalanceMinutes', 'TIME_ACCOUNT'),
      holderOf(benefits.service, 'pointsBalance', 'POINTS'),
    ],
    grantOf(facts: GrantFacts): string {
      const { issuer, clientId } = { ...partner, ...facts.partner };
      const grant = { consentId: randomUUID(), memberId, fields: facts.field === undefined ? [] : [facts.field] };
      const signed = signConsentGrant(
        grant,
        { issuer, client: clientId },
        facts.key ?? key,
        Date.now() - (facts.ageMs ?? 0),
      );
      return facts.rewritten === undefined ? signed : rewrite(signed, facts.rewritten);
    },
    close: () => Promise.all([members.close(), timebank.close(), benefits.close()]),
  };
}

/** Another payload in front of the same signature. */
function rewrite(signed: string, change: Readonly<Record<string, unknown>>): string {
  const [payload = '', ...signature] = signed.split('.');
  const said = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as object;
  return [Buffer.from(JSON.stringify({ ...said, ...change })).toString('base64url'), ...signature].join('.');
}
