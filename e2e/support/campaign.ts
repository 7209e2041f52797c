import { sealBallot, verifyManifest, type Manifest, type SealedBallot } from '@zhijia/ballot';
import { until } from '@zhijia/testing';
import type { JSONWebKeySet } from 'jose';
import { departmentCodes, type County } from './county.js';
import type { Person, Product } from './product.js';

export const openCampaign = `mutation ($input: OpenCampaignInput!) {
  openCampaign(input: $input) {
    __typename
    ... on CampaignOpened { isReplayed campaign { id state } }
    ... on Refusal { code }
  }
}`;

export const castBallot = `mutation ($input: CastBallotInput!) {
  castBallot(input: $input) {
    __typename
    ... on BallotCast { receipt envelopeHash replacedHash isReplayed participation { id } }
    ... on EnvelopeRefused { reason }
    ... on Refusal { code messageZh messageEn }
  }
}`;

export function inDays(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString();
}

/** Three departments rated by the whole city, open at once, for a week; changes as the test wants it otherwise. */
export function aCampaign(county: County, key: string, changes: Readonly<Record<string, unknown>> = {}): object {
  return {
    idempotencyKey: key,
    organiserId: county.organisation('C'),
    titleZh: '市直部门评议',
    titleEn: 'Departments rated by members',
    questionSet: {
      id: 'department-evaluation',
      version: 1,
      questionZh: '您对该部门的执法工作是否满意？',
      questionEn: 'Are you satisfied with this department?',
    },
    targetOrganisationIds: departmentCodes.slice(0, 3).map(county.organisation),
    closesAt: inDays(7),
    electorate: { rootOrganisationId: county.organisation('C') },
    ...changes,
  };
}

/** Asks for it and gives its id; it is prepared a moment later (`untilState`). */
export async function open(product: Product, officer: Person, input: object): Promise<string> {
  const { openCampaign: opened } = await product.read(officer, openCampaign, { input });
  if (opened.__typename !== 'CampaignOpened') throw new Error(`Not opened: ${JSON.stringify(opened)}`);
  return opened.campaign.id as string;
}

export async function untilState(product: Product, officer: Person, campaignId: string, state: string): Promise<void> {
  await until(
    async () => {
      const { campaign } = await product.read(officer, `query ($id: ID!) { campaign(id: $id) { state } }`, {
        id: campaignId,
      });
      return campaign.state === state;
    },
    { what: `campaign ${campaignId} to be ${state}`, withinMs: 60_000, everyMs: 100 },
  );
}

/** What a voter's client seals under. */
export interface BallotPaper {
  slot: string;
  manifestHash: string;
  manifest: Manifest;
}

export async function readBallotPaper(product: Product, voter: Person, campaignId: string): Promise<BallotPaper> {
  const { ballotServiceKeys, campaign } = await product.read(
    voter,
    `query ($id: ID!) { ballotServiceKeys campaign(id: $id) { ballotPaper { slot manifest manifestHash } } }`,
    { id: campaignId },
  );
  const { slot, manifest, manifestHash } = campaign.ballotPaper;
  const keys = JSON.parse(ballotServiceKeys as string) as JSONWebKeySet;
  return { slot, manifestHash, manifest: await verifyManifest(manifest as string, keys) };
}

export async function seal(
  product: Product,
  voter: Person,
  campaignId: string,
  grades: readonly number[],
): Promise<SealedBallot> {
  return sealBallot({ ...(await readBallotPaper(product, voter, campaignId)), grades });
}

/** The answer of `castBallot`, whatever it is. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a journey says what it asked for
export async function cast(product: Product, voter: Person, input: object): Promise<any> {
  const { castBallot: answer } = await product.read(voter, castBallot, { input });
  return answer;
}

export async function close(product: Product, officer: Person, campaignId: string): Promise<void> {
  const { closeCampaign } = await product.read(
    officer,
    `mutation ($id: ID!) { closeCampaign(input: { campaignId: $id }) { __typename ... on Refusal { code } } }`,
    { id: campaignId },
  );
  if (closeCampaign.__typename !== 'CampaignClosing') throw new Error(`Not closed: ${JSON.stringify(closeCampaign)}`);
}

export async function annul(product: Product, officer: Person, campaignId: string): Promise<string> {
  const { annulCampaign } = await product.read(
    officer,
    `mutation ($id: ID!) { annulCampaign(input: { campaignId: $id, reason: "开错了" }) { __typename } }`,
    { id: campaignId },
  );
  return annulCampaign.__typename as string;
}

export async function readBoard(product: Product, campaignId: string): Promise<string> {
  const response = await fetch(new URL(`/boards/${campaignId}.ndjson`, product.stack.gateway.mobile));
  if (!response.ok) throw new Error(`No board: HTTP ${response.status}`);
  return response.text();
}
