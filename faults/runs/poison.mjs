import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { until } from '../../bench/parts/product.mjs';
import { spawnLeashed } from '../../deploy/local/src/leash.mjs';
import { root } from '../../deploy/local/src/paths.mjs';
import { openBroker } from '../../e2e/support/broker.ts';
import { eachOf } from '../../tools/demonstration/each-of.mjs';
import { openElection } from '../parts/election.mjs';
import { openVerdict } from '../parts/verdict.mjs';

export const options = { events: 10_000 };

export const controls = { swallowed: 'benefits passes over what it cannot apply, without a dead letter' };

export const short = [{ events: 400 }, { break: 'swallowed', events: 100 }];

/** Behind the poison, nobody waits longer for it. */
const stallMs = 20_000;
const type = 'evaluations.ballot-cast.v1';
const topic = 'evaluations.participation';
const constraint = 'reward_is_not_poisoned';

/**
 * Among many events of ballots, one that nobody can read and one that its reaction always fails on. All others have their
 * effect, those two become dead letters, and the second is applied once its cause is mended and it is replayed.
 */
export async function run(fault) {
  const { events: count } = fault.options;
  const scene = await fault.scene();
  const { product } = scene;
  const verdict = openVerdict();
  if (fault.control === 'swallowed') {
    await scene.break('benefits', 'no-dead-letters.mjs');
    fault.undo(() => scene.mend('benefits'));
  }
  const election = await openElection(fault, scene, { reward: { poolPoints: 90_000_000, pointsPerMember: 100 } });
  const random = fault.random('places');
  const events = Array.from({ length: count }, () => ({ id: randomUUID(), participationId: randomUUID() }));
  const [unreadable, failing] = random.shuffle(events.slice(Math.floor(count / 10), Math.floor(count / 2))).slice(0, 2);
  await product.rows(
    'benefits',
    `ALTER TABLE reward ADD CONSTRAINT ${constraint} CHECK (participation_id <> '${failing.participationId}') NOT VALID`,
  );
  fault.undo(() => product.rows('benefits', `ALTER TABLE reward DROP CONSTRAINT IF EXISTS ${constraint}`));

  const broker = await openBroker(product.stack.kafka);
  fault.undo(() => broker.close());
  const message = ({ id, participationId }, place) => ({
    topic,
    key: participationId,
    headers: {
      ce_specversion: '1.0',
      ce_id: id,
      ce_type: type,
      ce_source: 'evaluations',
      ce_time: new Date().toISOString(),
      'content-type': 'application/json',
    },
    value:
      id === unreadable.id
        ? '{"participationId": '
        : JSON.stringify({
            participationId,
            campaignId: election.id,
            memberId: election.voters[place % election.voters.length].memberId,
            rewardPoints: election.pointsPerMember,
          }),
  });
  await fault.progress.step(`${count} events`, () =>
    eachOf(events, 32, async (event, place) => broker.send(message(event, place))),
  );
  const began = performance.now();
  const wanted = count - 2;
  await fault.progress.step('Their effects', () =>
    until('effects', async () => ((await rewarded(product, election)).length >= wanted ? true : null), {
      withinMs: stallMs + count * 10,
    }).catch(() => {}),
  );
  const stalledMs = Math.round(performance.now() - began);

  const harmless = events.filter((event) => event !== unreadable && event !== failing);
  verdict.compareOnce(
    'effect',
    harmless.map(({ participationId }) => participationId),
    await rewarded(product, election),
  );
  const letters = () =>
    until(
      'dead letters',
      async () => {
        const found = await product.rows(
          'benefits',
          `SELECT id, event_id AS "eventId", error_code AS code, reaction FROM dead_letter WHERE event_id = ANY($1)`,
          [[unreadable.id, failing.id]],
        );
        return found.length >= 2 ? found : null;
      },
      { withinMs: fault.control === null ? stallMs : 5_000 },
    ).catch(() => []);
  const found = await letters();
  verdict.compareOnce(
    'dead letter',
    [`${unreadable.id} payloadNotJson`, `${failing.id} 23514:${constraint}`],
    found.map(({ eventId, code }) => `${eventId} ${code}`),
  );
  if (found.length === 2) await replay(fault, scene, { election, failing, unreadable, found, verdict });
  return {
    operations: count,
    acknowledged: harmless.length,
    ...verdict.counts(),
    notes: { effectsAfterMs: stalledMs, deadLetters: found.map(({ code }) => code), ...verdict.notes() },
  };
}

async function rewarded(product, { id }) {
  const rows = await product.rows('benefits', 'SELECT participation_id AS id FROM reward WHERE campaign_id = $1', [id]);
  return rows.map((row) => row.id);
}

/** As an operator: mend the cause, replay. What nobody can read stays a letter. */
async function replay(fault, { product, directory }, { election, failing, unreadable, found, verdict }) {
  await product.rows('benefits', `ALTER TABLE reward DROP CONSTRAINT ${constraint}`);
  const { exited } = spawnLeashed(
    process.execPath,
    [join(root, 'tools', 'dead-letters.mjs'), 'replay', ...found.map(({ id }) => id), '--service', 'benefits'],
    {
      plan: 'TERM:5',
      cwd: root,
      logFile: join(directory, 'dead-letters.log'),
      env: {
        ...product.stack.environmentOf('benefits'),
        DATABASE_URL_BENEFITS: product.stack.databases.benefits,
      },
    },
  );
  const { code } = await exited;
  // One done, one not.
  if (code !== 2) verdict.wrong('npm run dead-letters -- replay ended with another exit code', code);
  if (!(await rewarded(product, election)).includes(failing.participationId)) {
    verdict.lost('the effect of what was replayed', failing.participationId);
  }
  const left = await product.rows('benefits', 'SELECT event_id AS id FROM dead_letter WHERE event_id = ANY($1)', [
    [unreadable.id, failing.id],
  ]);
  verdict.compareOnce(
    'letter after the replay',
    [unreadable.id],
    left.map(({ id }) => id),
  );
  // The next run finds no letters of this one.
  await product.rows('benefits', 'DELETE FROM dead_letter WHERE event_id = $1', [unreadable.id]);
}
