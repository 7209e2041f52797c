import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RoleName, Viewer } from '@zhijia/access';
import { sealBallot, verifyManifest, type Manifest, type SealedBallot } from '@zhijia/ballot';
import { memberRegistered, organisationChanged } from '@zhijia/contracts';
import { setClockOffset } from '@zhijia/database';
import type { Job } from '@zhijia/subgraph';
import { aMemberState, anOrganisationState, aViewer } from '@zhijia/testing';
import { bootSubgraph, type BootedSubgraph } from '@zhijia/testing/subgraph';
import type { JSONWebKeySet } from 'jose';
import { CloseDueCampaigns } from '../src/campaigns/close-due-campaigns.js';
import { PrepareCampaigns } from '../src/campaigns/prepare-campaigns.js';
import { CountParticipation } from '../src/electorates/count-participation.js';
import { ForgetLinksOfFinishedCampaigns } from '../src/electorates/forget-links-of-finished-campaigns.js';
import { evaluationsSubgraph } from '../src/evaluations.subgraph.js';
import { TallyClosedCampaigns } from '../src/tally/tally-closed-campaigns.js';

export interface CountyMember {
  readonly id: string;
  readonly organisationId: string;
  readonly viewer: Viewer;
}

export interface BallotPaper {
  readonly slot: string;
  readonly manifest: Manifest;
  readonly manifestHash: string;
}

/** A small county on a service of its own: a federation, two districts with two unions each, departments, members. */
export interface County {
  readonly service: BootedSubgraph;
  readonly federationId: string;
  readonly districtIds: readonly string[];
  readonly unionIds: readonly string[];
  readonly departmentIds: readonly string[];
  /** Ten to each union, in the order of the unions; all verified. */
  readonly members: readonly CountyMember[];
  /** The federation's secretary. */
  readonly officer: Viewer;
  readonly keyDirectory: string;
  /** Opens and prepares; answers the campaign's id. */
  openCampaign(input?: Readonly<Record<string, unknown>>): Promise<string>;
  openingInput(input?: Readonly<Record<string, unknown>>): Record<string, unknown>;
  prepare(): Promise<void>;
  paper(member: CountyMember, campaignId: string): Promise<BallotPaper>;
  seal(member: CountyMember, campaignId: string, grades: readonly number[]): Promise<SealedBallot>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test says what it asked for
  cast(member: CountyMember, campaignId: string, envelope: string, key?: string): Promise<any>;
  /** Seals and casts. */
  vote(member: CountyMember, campaignId: string, grades: readonly number[]): Promise<SealedBallot>;
  /** By hand, then everything that follows. */
  close(campaignId: string): Promise<void>;
  /** What the worker would do. */
  closeDue(): Promise<void>;
  tally(): Promise<void>;
  forget(): Promise<void>;
  countParticipation(): Promise<void>;
  travel(seconds: number): Promise<void>;
  serviceKeys(): Promise<JSONWebKeySet>;
  end(): Promise<void>;
}

export const castMutation = `mutation ($input: CastBallotInput!) {
  castBallot(input: $input) {
    __typename
    ... on BallotCast { participation { id campaign { id } member { id } } receipt envelopeHash replacedHash isReplayed }
    ... on EnvelopeRefused { code reason messageZh messageEn }
    ... on Refusal { code }
  }
}`;

const openMutation = `mutation ($input: OpenCampaignInput!) {
  openCampaign(input: $input) {
    __typename
    ... on CampaignOpened { campaign { id state electorate { size } } isReplayed }
    ... on Refusal { code messageEn }
  }
}`;

export function viewerAs(role: RoleName, organisationId: string, memberId: string | null = null): Viewer {
  return aViewer({
    subject: memberId ?? `${role} of ${organisationId}`,
    audience: role === 'member' ? 'mobile' : 'dashboard',
    memberId,
    roles: [{ role, organisationId }],
  });
}

export function hoursFromNow(hours: number): string {
  return new Date(Date.now() + hours * 3_600_000).toISOString();
}

export async function bootCounty(options: { readonly departments?: number } = {}): Promise<County> {
  const home = await mkdtemp(join(tmpdir(), 'zhijia-evaluations-'));
  const keyDirectory = join(home, 'keys');
  const service = await bootSubgraph(evaluationsSubgraph, {
    config: {
      ballotServiceKeyFile: join(home, 'service-key.json'),
      ballotKeyDirectory: keyDirectory,
      tallyProgram: fileURLToPath(new URL('../dist/tally.main.js', import.meta.url)),
    },
  });

  const federation = anOrganisationState('1', { kind: 'FEDERATION' });
  const districts = ['1.1', '1.20'].map((path) =>
    anOrganisationState(path, { parentId: federation.organisationId, kind: 'UNION_FEDERATION' }),
  );
  const unions = districts.flatMap((district) =>
    [1, 2].map((label) => anOrganisationState(`${district.path}.${label}`, { parentId: district.organisationId })),
  );
  const departments = Array.from({ length: options.departments ?? 3 }, (_, index) =>
    anOrganisationState(`1.${100 + index}`, { parentId: federation.organisationId, kind: 'DEPARTMENT' }),
  );
  await service.deliver(organisationChanged, [federation, ...districts, ...unions, ...departments]);
  const states = unions.flatMap((union) => Array.from({ length: 10 }, () => aMemberState(union.organisationId)));
  await service.deliver(memberRegistered, states);
  const members = states.map(({ memberId, organisationId }) => ({
    id: memberId,
    organisationId,
    viewer: viewerAs('member', organisationId, memberId),
  }));
  const officer = viewerAs('secretary', federation.organisationId);

  const job = (type: new (...parameters: never[]) => Job): Promise<void> =>
    service.app.get<Job>(type, { strict: false }).run();

  const county: County = {
    service,
    keyDirectory,
    federationId: federation.organisationId,
    districtIds: districts.map((district) => district.organisationId),
    unionIds: unions.map((union) => union.organisationId),
    departmentIds: departments.map((department) => department.organisationId),
    members,
    officer,
    openingInput: (input = {}) => ({
      idempotencyKey: randomUUID(),
      organiserId: federation.organisationId,
      titleZh: '部门评议',
      titleEn: 'Evaluation of departments',
      questionSet: {
        id: 'departments',
        version: 1,
        questionZh: '您对该部门满意吗？',
        questionEn: 'Are you satisfied?',
      },
      targetOrganisationIds: departments.map((department) => department.organisationId),
      closesAt: hoursFromNow(24),
      electorate: { rootOrganisationId: federation.organisationId },
      ...input,
    }),
    openCampaign: async (input = {}) => {
      const answer = await service.ask(officer, openMutation, { input: county.openingInput(input) });
      const result = answer.data?.openCampaign;
      if (result?.__typename !== 'CampaignOpened') throw new Error(JSON.stringify(answer));
      await county.prepare();
      return result.campaign.id as string;
    },
    prepare: () => job(PrepareCampaigns),
    paper: async (member, campaignId) => {
      const answer = await service.ask(
        member.viewer,
        `query ($id: ID!) { campaign(id: $id) { ballotPaper { slot manifest manifestHash fingerprint } } }`,
        { id: campaignId },
      );
      const paper = answer.data?.campaign?.ballotPaper;
      if (paper === null || paper === undefined) throw new Error(JSON.stringify(answer));
      return { ...paper, manifest: await verifyManifest(paper.manifest, await county.serviceKeys()) };
    },
    seal: async (member, campaignId, grades) =>
      sealBallot({ ...(await county.paper(member, campaignId)), grades: [...grades] }),
    cast: async (member, campaignId, envelope, key = randomUUID()) => {
      const answer = await service.ask(member.viewer, castMutation, {
        input: { campaignId, envelope, idempotencyKey: key },
      });
      if (answer.errors !== undefined) throw new Error(JSON.stringify(answer.errors));
      return answer.data.castBallot;
    },
    vote: async (member, campaignId, grades) => {
      const sealed = await county.seal(member, campaignId, grades);
      const result = await county.cast(member, campaignId, sealed.envelope);
      if (result.__typename !== 'BallotCast') throw new Error(JSON.stringify(result));
      return sealed;
    },
    close: async (campaignId) => {
      const answer = await service.ask(
        officer,
        `mutation ($input: CloseCampaignInput!) { closeCampaign(input: $input) { __typename } }`,
        { input: { campaignId } },
      );
      if (answer.data?.closeCampaign?.__typename !== 'CampaignClosing') throw new Error(JSON.stringify(answer));
      await county.tally();
    },
    closeDue: () => job(CloseDueCampaigns),
    tally: () => job(TallyClosedCampaigns),
    forget: () => job(ForgetLinksOfFinishedCampaigns),
    countParticipation: () => job(CountParticipation),
    travel: (seconds) => setClockOffset(service.db, seconds),
    serviceKeys: async () => {
      const answer = await service.ask(officer, `{ ballotServiceKeys }`);
      return JSON.parse(answer.data.ballotServiceKeys) as JSONWebKeySet;
    },
    end: async () => {
      await service.close();
      await rm(home, { recursive: true, force: true });
    },
  };
  return county;
}
