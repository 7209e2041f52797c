import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { membersCsv, organisationsCsv } from '../../tools/demonstration/county-csv.mjs';
import { makeCounty } from '../../tools/demonstration/county.mjs';
import { until } from './product.mjs';

/**
 * A county of made-up people, through the product's own import: the same use case as `npm run import`. Resolves when
 * every other service knows them and opened their accounts.
 *
 * @returns `{ root: { id, ... }, departmentIds, secretary }`, the secretary being a person for `product.ask`
 */
export async function importCounty(bench, product, memberCount) {
  await bench.progress.step(`County of ${memberCount} members`, async () => {
    const county = makeCounty({ seed: 'bench', members: memberCount });
    await importPieces(bench, product, 'organisations', organisationsCsv(county));
    await importPieces(bench, product, 'members', membersCsv(county));
    await untilKnown(product, memberCount);
  });

  return officesOf(product);
}

/** Imports a file that is made of these pieces. */
export async function importPieces(bench, product, kind, pieces) {
  const { openImports } = await import('../../services/members/dist/imports/open-imports.js');
  const { sourceFromFile } = await import('../../services/members/dist/imports/import-source.js');
  const imports = await openImports(product.stack.environmentOf('members'));
  try {
    const file = join(bench.directory, `${kind}.csv`);
    await pipeline(Readable.from(pieces), createWriteStream(file));
    const outcome = await imports[kind].run({
      source: sourceFromFile(file),
      importer: { name: 'bench', reach: null },
      isDryRun: false,
    });
    if (outcome.run?.state !== 'FINISHED' || outcome.run.refused > 0) {
      throw new Error(`The county's ${kind} were not imported: ${JSON.stringify(outcome)}`);
    }
  } finally {
    await imports.close();
  }
}

/** Whom a bench plays in an imported county. */
export async function officesOf(product) {
  const [root] = await product.rows('members', `SELECT id FROM organisation WHERE parent_id IS NULL`);
  const departments = await product.rows(
    'members',
    `SELECT id FROM organisation WHERE kind = 'DEPARTMENT' ORDER BY node`,
  );
  return {
    root,
    departmentIds: departments.map(({ id }) => id),
    secretary: {
      audience: 'dashboard',
      subject: 'bench-secretary',
      roles: [{ role: 'secretary', organisationId: root.id }],
    },
  };
}

/** Resolves when every other service knows so many members and opened their accounts. */
export async function untilKnown(product, memberCount, withinMs = 120_000) {
  const counts = [
    ['evaluations', `SELECT count(*)::int AS n FROM known_member`],
    ['timebank', `SELECT count(*)::int AS n FROM time_account`],
    ['benefits', `SELECT count(*)::int AS n FROM ledger_account WHERE kind = 'MEMBER'`],
  ];
  for (const [service, sql] of counts) {
    await until(
      `${service} knows all members`,
      async () => {
        const [{ n }] = await product.rows(service, sql);
        return n >= memberCount ? n : null;
      },
      { withinMs, everyMs: Math.max(250, memberCount / 200) },
    );
  }
}

const openMutation = `mutation ($input: OpenCampaignInput!) {
  openCampaign(input: $input) {
    __typename
    ... on CampaignOpened { campaign { id } }
    ... on Refusal { code messageEn }
  }
}`;

/**
 * One campaign over the whole county with all its departments and a pool of points; resolves when it takes ballots.
 *
 * @param {object} [changes] to the input: another key for another campaign, another deadline
 */
export async function openCampaign(bench, product, county, changes = {}) {
  return bench.progress.step('Campaign', async () => {
    const { openCampaign: result } = await product.ask(county.secretary, openMutation, {
      input: {
        idempotencyKey: 'bench-campaign',
        organiserId: county.root.id,
        titleZh: '部门执法工作评议',
        titleEn: 'Evaluation of law enforcement',
        questionSet: {
          id: 'bench',
          version: 1,
          questionZh: '您对该部门的执法工作满意吗？',
          questionEn: 'Are you satisfied with how this department enforces the law?',
        },
        targetOrganisationIds: county.departmentIds,
        closesAt: new Date(Date.now() + 7 * 86_400_000).toISOString(),
        electorate: { rootOrganisationId: county.root.id, requiresVerification: true },
        reward: { poolPoints: 90_000_000, pointsPerMember: 100 },
        ...changes,
      },
    });
    if (result.__typename !== 'CampaignOpened') throw new Error(`No campaign: ${JSON.stringify(result)}`);
    const { id } = result.campaign;
    return until('the campaign takes ballots and its pool is open', async () => {
      const { campaign } = await product.ask(
        county.secretary,
        `query ($id: ID!) { campaign(id: $id) { id state rewardPool { remainingPoints } } }`,
        { id },
      );
      return campaign?.state === 'OPEN' && campaign.rewardPool !== null ? campaign : null;
    });
  });
}

const visitMutation = `mutation ($input: PostVisitInput!) {
  postVisit(input: $input) { __typename ... on Refusal { code messageEn } }
}`;

/** Hours on these members' time accounts, another number for each, so that no two answers are the same. */
export async function postVisits(product, county, memberIds) {
  const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
  for (const [index, depositorMemberId] of memberIds.entries()) {
    const began = Date.parse(`${yesterday}T02:00:00Z`);
    const { postVisit } = await product.ask(county.secretary, visitMutation, {
      input: {
        idempotencyKey: `bench-visit-${index}`,
        depositorMemberId,
        kind: 'COMPANIONSHIP',
        startedAt: new Date(began).toISOString(),
        endedAt: new Date(began + (30 + index) * 60_000).toISOString(),
      },
    });
    if (postVisit.__typename !== 'VisitPosted') throw new Error(`No visit: ${JSON.stringify(postVisit)}`);
  }
}
