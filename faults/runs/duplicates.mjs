import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { until } from '../../bench/parts/product.mjs';
import { openBroker } from '../../e2e/support/broker.ts';
import { eachOf } from '../../tools/demonstration/each-of.mjs';
import { judgeBooks, judgeElection, openElection } from '../parts/election.mjs';
import { openPhones } from '../parts/phones.mjs';
import { openRedemptions } from '../parts/redemptions.mjs';
import { openVerdict } from '../parts/verdict.mjs';
import { openVisits } from '../parts/visits.mjs';

export const options = { mutations: 10_000, members: 4_000, atOnce: 6 };

export const controls = {
  'keys-forgotten': 'benefits does not remember idempotency keys',
  'no-voter-lock': 'evaluations lets two ballots of one voter go at once',
  'no-inbox': 'the inbox of benefits takes an event any number of times',
};

export const short = [
  { mutations: 150, atOnce: 4 },
  { break: 'keys-forgotten', mutations: 60, atOnce: 4 },
  { break: 'no-voter-lock', mutations: 60, atOnce: 4 },
  { break: 'no-inbox', mutations: 30, atOnce: 4 },
];

const fewest = 3;
const most = 20;
const services = ['members', 'timebank', 'evaluations', 'benefits'];

/**
 * Ballots, visits and redemptions, each sent 3 to 20 times at once with its key; then every event of theirs is delivered
 * again. One effect each, and equal answers.
 */
export async function run(fault) {
  const { mutations, atOnce } = fault.options;
  const scene = await fault.scene();
  const verdict = openVerdict();
  await breakOnPurpose(fault, scene);
  const election = await openElection(fault, scene);
  const visits = openVisits(fault, scene);
  const phones = openPhones(scene.product, verdict);
  const random = fault.random('times');
  const third = Math.ceil(mutations / 3);
  let sendings = 0;

  /** All answers, but for whether one is a repetition and for its signature; wrong when they differ. */
  async function sendAtOnce(person, mutation, input) {
    // Most are sent a few times, some often.
    const times = fewest + Math.floor((most - fewest + 1) * (random.below(1_000) / 1_000) ** 3);
    sendings += times;
    const answers = await Promise.all(
      Array.from({ length: times }, () => phones.change(person, mutation, { ...input })),
    );
    const [first, ...others] = answers.map(withoutItsOwn);
    for (const other of others) {
      if (!isDeepStrictEqual(first, other)) verdict.wrong('answers to one key differ', { first, other });
    }
    const firsts = answers.filter((answer) => answer?.isReplayed === false).length;
    if (firsts > 1) verdict.doubled('more than one first answer', { firsts, of: first?.__typename });
    return first;
  }

  const voters = election.voters.slice(0, third);
  await fault.progress.step(`${voters.length} ballots, each ${fewest} to ${most} times at once`, () =>
    eachOf(voters, atOnce, async (voter) => {
      const ballot = await election.seal(voter);
      const answer = await sendAtOnce(voter.person, election.castMutation, ballot.input);
      if (answer?.__typename === 'BallotCast') voter.told.push({ ...ballot, participationId: answer.participation.id });
      else verdict.wrong('a ballot was not taken', answer);
    }),
  );
  await fault.progress.step(`${third} visits`, () =>
    eachOf(Array.from({ length: third }), atOnce, async (_, place) => {
      const { memberId } = election.voters[place % election.voters.length];
      const answer = await sendAtOnce(visits.secretary, visits.postMutation, visits.inputFor(memberId));
      if (answer?.__typename === 'VisitPosted') visits.told.push({ id: answer.visit.id, memberId, isReversed: false });
      else verdict.wrong('a visit was not posted', answer);
    }),
  );
  const isRewarded = await election.untilRewarded(60_000);
  const redemptions = await openRedemptions(fault, scene, phones);
  await fault.progress.step(`${third} redemptions`, () =>
    eachOf(Array.from({ length: third }), atOnce, async (_, place) => {
      const voter = voters[place % voters.length];
      const answer = await sendAtOnce(voter.person, redemptions.mutation, redemptions.inputFor(voter, place));
      redemptions.tell(verdict, voter, answer);
    }),
  );
  const again = await fault.progress.step('Every event once more', () => deliverAgain(fault, scene));
  await judgeElection(scene, election, verdict);
  await visits.judge(verdict);
  await redemptions.judge(verdict);
  await judgeInboxes(scene, verdict);
  await judgeBooks(fault, scene, verdict);
  return {
    operations: 3 * third,
    acknowledged: voters.filter(({ told }) => told.length > 0).length + visits.told.length + redemptions.told.length,
    ...verdict.counts(),
    notes: { sentAtOnce: sendings, eventsDeliveredAgain: again, isRewarded, ...phones.notes(), ...verdict.notes() },
  };
}

function withoutItsOwn(answer) {
  const own = new Set(['isReplayed', 'receipt']);
  return answer === null ? null : Object.fromEntries(Object.entries(answer).filter(([name]) => !own.has(name)));
}

async function breakOnPurpose(fault, scene) {
  const { product } = scene;
  if (fault.control === 'keys-forgotten') {
    await scene.break('benefits', 'keys-forgotten.mjs');
    fault.undo(() => scene.mend('benefits'));
  } else if (fault.control === 'no-voter-lock') {
    await scene.break('evaluations', 'no-voter-lock.mjs');
    fault.undo(() => scene.mend('evaluations'));
  } else if (fault.control === 'no-inbox') {
    await product.rows('benefits', 'ALTER TABLE inbox DROP CONSTRAINT inbox_pkey');
    fault.undo(async () => {
      await product.rows(
        'benefits',
        `DELETE FROM inbox AS one USING inbox AS other
          WHERE one.consumer = other.consumer AND one.event_id = other.event_id AND one.ctid > other.ctid`,
      );
      await product.rows('benefits', 'ALTER TABLE inbox ADD CONSTRAINT inbox_pkey PRIMARY KEY (consumer, event_id)');
    });
  }
}

/** As after a relay that died between sending and marking: what was sent since this run began is sent again. */
async function deliverAgain(fault, { product }) {
  let count = 0;
  for (const service of services) {
    const marked = await product.rows(
      service,
      `UPDATE outbox SET published_at = NULL WHERE published_at > now() - make_interval(secs => $1) RETURNING id`,
      [fault.elapsedSeconds()],
    );
    count += marked.length;
  }
  await until('every event is sent again', async () => {
    for (const service of services) {
      const left = await product.rows(service, 'SELECT 1 FROM outbox WHERE published_at IS NULL LIMIT 1');
      if (left.length > 0) return null;
    }
    return true;
  });
  const broker = await openBroker(product.stack.kafka);
  try {
    for (const service of services) await broker.untilRead(service);
  } finally {
    await broker.close();
  }
  await sleep(500);
  return count;
}

async function judgeInboxes({ product }, verdict) {
  for (const service of services) {
    const twice = await product.rows(
      service,
      'SELECT consumer, event_id AS id FROM inbox GROUP BY consumer, event_id HAVING count(*) > 1',
    );
    for (const { consumer, id } of twice) verdict.doubled(`an event that ${consumer} took`, id);
  }
}
