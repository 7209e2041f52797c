import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../bench/parts/product.mjs';
import { openBroker } from '../../e2e/support/broker.ts';
import { eachOf } from '../../tools/demonstration/each-of.mjs';
import { judgeBooks, judgeElection, openElection } from '../parts/election.mjs';
import { startLoad } from '../parts/load.mjs';
import { openPhones } from '../parts/phones.mjs';
import { openVerdict } from '../parts/verdict.mjs';
import { openVisits } from '../parts/visits.mjs';

export const options = { members: 4_000, clients: 16, thinkMs: 100, awayMs: 60_000, calmMs: 5_000 };

export const controls = { 'marks-unsent': 'evaluations marks events as sent though the broker did not take them' };

export const short = [
  { clients: 6, thinkMs: 80, awayMs: 6_000, calmMs: 1_000 },
  { break: 'marks-unsent', clients: 6, thinkMs: 80, awayMs: 4_000, calmMs: 500 },
];

const services = ['members', 'timebank', 'evaluations', 'benefits'];
/** Voting does not wait for the broker. */
const answerWithinMs = 5_000;

/**
 * Kafka stops answering (it stands still, so that nobody is refused) for a minute, then it is killed and started again,
 * while members vote and hours are posted and taken back. Two events of one visit stay in order.
 */
export async function run(fault) {
  const { clients, thinkMs, awayMs, calmMs } = fault.options;
  const scene = await fault.scene();
  const { stack } = scene.product;
  const { kafka } = scene.servers;
  const verdict = openVerdict();
  if (fault.control === 'marks-unsent') {
    await scene.break('evaluations', 'sent-when-it-is-not.mjs');
    fault.undo(() => scene.mend('evaluations'));
  }
  const election = await openElection(fault, scene);
  const visits = openVisits(fault, scene);
  const phones = openPhones(scene.product, verdict, { answerWithinMs });
  const load = startLoad(fault, { election, visits, phones, verdict, clients, thinkMs });
  const acknowledgedWhile = async (what, work) => {
    const before = phones.figures.acknowledged;
    await fault.progress.step(what, work);
    if (phones.figures.acknowledged === before) verdict.wrong(`nothing was acknowledged: ${what}`);
    return phones.figures.acknowledged - before;
  };

  await sleep(calmMs);
  process.kill(kafka.pid, 'SIGSTOP');
  const whileAway = await acknowledgedWhile(`Kafka away for ${awayMs / 1_000} s`, () => sleep(awayMs)).finally(() =>
    process.kill(kafka.pid, 'SIGCONT'),
  );
  await sleep(calmMs);
  await kafka.kill();
  const whileDead = await acknowledgedWhile('Kafka killed', async () => {
    await expectHealth(stack, verdict, 'while Kafka is away', 'degraded');
    await sleep(awayMs / 4);
  });
  await fault.progress.step('Kafka started', () => kafka.start());
  await sleep(calmMs);
  await load.stop();
  const takenBack = visits.told.filter((_, place) => place % 3 === 0);
  await eachOf(takenBack, clients, (visit) => visits.reverse(phones, verdict, visit));

  const began = performance.now();
  const isRewarded = await election.untilRewarded(fault.control === null ? 120_000 : 12_000);
  const caughtUpMs = Math.round(performance.now() - began);
  await expectHealth(stack, verdict, 'after Kafka is back', 'ready');
  await untilSent(scene.product).catch((error) => verdict.lost(error.message));
  await judgeElection(scene, election, verdict);
  await visits.judge(verdict);
  const events = await judgeOrder(fault, scene, verdict);
  if (fault.control === null) await judgeBooks(fault, scene, verdict);
  return {
    ...phones.figures,
    ...verdict.counts(),
    notes: {
      acknowledgedWhile: { away: whileAway, dead: whileDead },
      isRewarded,
      caughtUpMs,
      events,
      visits: visits.told.length,
      ...phones.notes(),
      ...verdict.notes(),
    },
  };
}

async function expectHealth(stack, verdict, when, wanted) {
  for (const name of services) {
    let said = '';
    await until(
      name,
      async () => {
        said = await stack.healthOf(name);
        return said === wanted ? true : null;
      },
      { withinMs: 45_000, everyMs: 250 },
    ).catch(() => verdict.wrong(`${name} says something else of itself ${when}`, said));
  }
}

function untilSent(product) {
  return until('every event is sent', async () => {
    for (const service of services) {
      const left = await product.rows(service, 'SELECT 1 FROM outbox WHERE published_at IS NULL LIMIT 1');
      if (left.length > 0) return null;
    }
    return true;
  });
}

/**
 * Of each aggregate, events lie in the topic in the order in which they were written; those that were sent again do not
 * count. And none is missing.
 */
async function judgeOrder(fault, { product }, verdict) {
  const broker = await openBroker(product.stack.kafka);
  try {
    const firstPlaces = new Map();
    for (const [place, { headers }] of (await broker.readAll()).entries()) {
      if (!firstPlaces.has(headers.ce_id)) firstPlaces.set(headers.ce_id, place);
    }
    let count = 0;
    for (const service of services) {
      const lastPlaces = new Map();
      const written = await product.rows(
        service,
        `SELECT event_id AS id, topic || '/' || aggregate_id AS aggregate FROM outbox
          WHERE occurred_at > zhijia_now() - make_interval(secs => $1) ORDER BY id`,
        [fault.elapsedSeconds()],
      );
      for (const { id, aggregate } of written) {
        const place = firstPlaces.get(id);
        if (place === undefined) verdict.lost('an event never reached its topic', id);
        else if (place < (lastPlaces.get(aggregate) ?? -1))
          verdict.wrong('an event is out of order', { id, aggregate });
        else lastPlaces.set(aggregate, place);
        count += 1;
      }
    }
    return count;
  } finally {
    await broker.close();
  }
}
