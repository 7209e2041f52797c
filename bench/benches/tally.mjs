import { isDeepStrictEqual } from 'node:util';
import { verifyManifest } from '@zhijia/ballot';
import { makeCounty } from '../../tools/demonstration/county.mjs';
import { agreementsPerSecond } from '../load/agreements.mjs';
import { rounded } from '../load/percentiles.mjs';
import { sealBallots } from '../load/seal-ballots.mjs';
import { openEvaluations } from '../parts/evaluations-alone.mjs';
import { makeKnown } from '../parts/known-county.mjs';
import { cpuSecondsOf } from '../parts/process-costs.mjs';
import { startDatabase } from '../parts/servers.mjs';
import { watchProcess } from '../parts/watch-process.mjs';

export const options = {
  /** Everybody in the electorate votes. */
  ballots: 533_000,
};

const mostAgreements = 100_000;

/** The tally of a city: sealed envelopes in the database to results and board, in the process that does it. */
export async function run(bench) {
  const { ballots } = bench.options;
  const { progress } = bench;
  const postgres = await startDatabase(bench);
  const evaluations = await openEvaluations(bench, postgres.adminUrl);
  const { db, databaseUrl } = evaluations;
  const county = await progress.step(`County of ${ballots} members`, () =>
    makeKnown(db, makeCounty({ seed: 'bench', members: ballots })),
  );
  const campaign = await progress.step('Campaign', () => evaluations.open(county));
  const { campaignId, serviceKeys } = campaign;
  const [{ jws, hash }] = await db.query(`SELECT manifest_jws AS jws, manifest_hash AS hash FROM campaign`);
  const manifest = await verifyManifest(jws, serviceKeys);
  const given = await progress.step(`${ballots} sealed ballots`, () =>
    sealBallots({ databaseUrl, campaignId, manifest, manifestHash: hash, count: ballots }),
  );
  await db.query('VACUUM ANALYZE');
  await evaluations.close(campaignId);

  const agreements = await progress.step('Bare key agreements', () =>
    agreementsPerSecond(Math.min(ballots, mostAgreements)),
  );
  const before = cpuSecondsOf({ postgres: postgres.pid });
  const startedAt = performance.now();
  let watch = null;
  await progress.step('Tally', () =>
    evaluations.runTally('tally', campaignId, (pid) => {
      watch = watchProcess(pid);
    }),
  );
  const seconds = (performance.now() - startedAt) / 1_000;
  const { mostMb, cpuSeconds } = watch.end();
  const after = cpuSecondsOf({ postgres: postgres.pid });

  const board = await checkResults(db, campaignId, { manifest, given, ballots });
  const perSecond = ballots / seconds;
  return {
    value: rounded(seconds, 1),
    unit: 's',
    limit: rounded(ballots / agreements, 1),
    ratio: rounded(perSecond / agreements, 3),
    notes: {
      target: '<= 120 s for 533,000 ballots over 26 targets (aim 60), <= 1,024 MB',
      limitIs: `as many bare P-256 agreements on all cores (${Math.min(ballots, mostAgreements)} measured)`,
      ballots,
      targets: manifest.targetIds.length,
      ballotsPerSecond: Math.round(perSecond),
      mostResidentMb: mostMb,
      cpuSeconds: { tally: cpuSeconds, postgres: rounded(after.postgres - before.postgres, 1) },
      boardMb: rounded(board.bytes / 2 ** 20, 1),
      cells: board.cells,
      organisations: manifest.organisations.length,
      openingMs: { request: Math.round(campaign.requestMs), untilItTakesBallots: Math.round(campaign.readyMs) },
      prepared:
        'rows of members as events leave them; envelopes sealed for each slot with OpenSSL, stored without casting',
      machine: bench.machine,
    },
  };
}

/** What was published is what was sealed: every ballot, every answer. */
async function checkResults(db, campaignId, { manifest, given, ballots }) {
  const [result] = await db.query(
    `SELECT counted, spoiled, board_bytes AS bytes,
            (SELECT count(*)::int FROM result_group AS g WHERE g.campaign_id = r.campaign_id AND g.kind = 'CELL') AS cells
       FROM campaign_result AS r WHERE campaign_id = $1`,
    [campaignId],
  );
  const rows = await db.query(
    `SELECT target_id AS id, none_count AS none, grade_counts AS grades, dont_know_count AS "dontKnow"
       FROM target_result WHERE campaign_id = $1 AND kind = 'TOTAL'`,
    [campaignId],
  );
  const byTarget = new Map(rows.map(({ id, none, grades, dontKnow }) => [id, [none, ...grades, dontKnow]]));
  const published = manifest.targetIds.map((id) => byTarget.get(id));
  if (result.counted !== ballots || result.spoiled !== 0 || !isDeepStrictEqual(published, given)) {
    throw new Error(`The result is not what was sealed: ${JSON.stringify({ result, published, given })}`);
  }
  return result;
}
