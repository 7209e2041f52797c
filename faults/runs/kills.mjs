import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { homeQuery } from '../../bench/benches/graph/home-query.mjs';
import { until } from '../../bench/parts/product.mjs';
import { eachOf } from '../../tools/demonstration/each-of.mjs';
import { closeElection, judgeResults, untilFinished } from '../parts/closing.mjs';
import { judgeBooks, judgeElection, openElection } from '../parts/election.mjs';
import { startLoad } from '../parts/load.mjs';
import { openPhones } from '../parts/phones.mjs';
import { openVerdict } from '../parts/verdict.mjs';
import { openVisits } from '../parts/visits.mjs';
import { startWorker } from '../parts/workers.mjs';

export const options = { kills: 50, members: 4_000, clients: 12, thinkMs: 150, pauseMs: 1_500 };

export const controls = { 'offset-first': 'benefits commits its offsets before the effects of the events' };

export const short = [
  { kills: 7, clients: 6, thinkMs: 80, pauseMs: 500 },
  { break: 'offset-first', kills: 0, clients: 6, thinkMs: 80 },
];

const services = ['evaluations', 'benefits', 'gateway', 'timebank', 'members'];
const workersOf = ['evaluations', 'benefits'];

/**
 * Each process of the product in turn gets `kill -9` at any moment and is started again, while members vote and replace
 * their ballots, hours are posted, and points follow; then the campaign closes, and what counts it dies too.
 */
export async function run(fault) {
  const { kills, clients, thinkMs, pauseMs } = fault.options;
  const scene = await fault.scene();
  const { stack } = scene.product;
  const verdict = openVerdict();
  if (fault.control === 'offset-first') {
    await scene.break('benefits', 'answer-before-the-work.mjs');
    fault.undo(() => scene.mend('benefits'));
  }
  const election = await openElection(fault, scene, {}, { badTargets: 3 });
  const visits = openVisits(fault, scene);
  const phones = openPhones(scene.product, verdict);
  const targets = services.map((name) => ({
    name,
    kill: () => stack.kill(name),
    start: () => stack.start(name),
  }));
  if (kills > 0) {
    for (const service of workersOf) {
      const worker = await startWorker(fault, scene, service);
      targets.push({ name: `${service} worker`, kill: () => worker.kill(), start: () => worker.start() });
    }
  }

  const load = startLoad(fault, { election, visits, phones, verdict, clients, thinkMs, laterPerCent: 20 });
  const moments = fault.random('moments');
  const killed = {};
  const kill = async ({ name, kill: end, start }) => {
    killed[name] = (killed[name] ?? 0) + 1;
    await end();
    if (name === 'benefits') await expectTheRest(phones, verdict, election.voters[0]);
    await sleep(moments.between(0, 500));
    await start();
  };
  await fault.progress.step(`${kills} kills`, async () => {
    for (let round = 0; round < kills; round += 1) {
      await sleep(moments.between(0, 2 * pauseMs));
      await kill(targets[round % targets.length]);
    }
  });
  load.letAllVote();
  await fault.progress.step('And one in the middle of a settlement', () =>
    inTheMiddleOfASettlement(scene, election, () => kill(targets.find(({ name }) => name === 'benefits'))),
  );
  if (kills > 0) await fault.progress.step('And one stopped politely', () => stack.restart('timebank'));
  await load.stop();
  await fault.progress.step('The others vote', () =>
    eachOf(
      election.voters.filter(({ told }) => told.length === 0),
      2 * clients,
      (voter) => election.cast(phones, verdict, voter),
    ),
  );
  const isRewarded = await election.untilRewarded(fault.control === null ? 120_000 : 6_000);

  // Its ballots are forgotten once a campaign is finished.
  await judgeElection(scene, election, verdict);
  await fault.progress.step('Closing', async () => {
    await closeElection(scene, election, phones, verdict);
    if (kills > 0) {
      for (const name of ['evaluations', 'members']) {
        await sleep(moments.between(300, 1_500));
        await kill(targets.find((target) => target.name === name));
      }
    }
    await untilFinished(scene, election, { withinMs: 120_000 });
  });
  await visits.judge(verdict);
  const results = await judgeResults(scene, election, verdict);
  if (fault.control === null) await judgeBooks(fault, scene, verdict);
  return {
    ...phones.figures,
    ...verdict.counts(),
    notes: { killed, isRewarded, visits: visits.told.length, results, ...phones.notes(), ...verdict.notes() },
  };
}

/** While benefits is dead, a member's home page has everything else, and says what is missing. */
async function expectTheRest(phones, verdict, { person }) {
  const { data, errors = [], failure } = await phones.send(person, homeQuery, {});
  const me = data?.me;
  const hasTheRest = me != null && me.maskedName !== '' && me.timeAccount !== null && me.pointsAccount === null;
  const missing = errors.flatMap(({ extensions }) => extensions?.missing ?? []);
  const isTold = errors.every(({ extensions }) => extensions?.code === 'SUBGRAPH_UNAVAILABLE' && extensions.retryable);
  if (!hasTheRest || !isTold || !missing.includes('pointsAccount')) {
    verdict.wrong('the home page while benefits is dead', { failure, me, errors });
  }
}

/** Holds the account of the pool, so that a settlement stands still with its work half done, and kills it there. */
async function inTheMiddleOfASettlement({ product }, { id }, kill) {
  const holder = new pg.Client({ connectionString: product.stack.databases.benefits });
  await holder.connect();
  try {
    await holder.query('BEGIN');
    await holder.query(
      'SELECT 1 FROM ledger_account WHERE id = (SELECT account_id FROM reward_pool WHERE campaign_id = $1) FOR UPDATE',
      [id],
    );
    await until('a settlement waits', async () => {
      const waiting = await product.rows(
        'benefits',
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return waiting.length > 0 ? true : null;
    });
    // Long enough for offsets to be told to the broker, should somebody tell them now.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await kill();
  } finally {
    await holder.end();
  }
}
