import { eachOf } from '../../tools/demonstration/each-of.mjs';
import { openElection, judgeElection } from '../parts/election.mjs';

import { openPhones } from '../parts/phones.mjs';
import { openVerdict } from '../parts/verdict.mjs';

export const options = { voters: 500, clients: 16, late: 10, lateMs: 3_000 };

export const controls = { cursor: 'the relay asks for ids above the last one it sent' };

export const short = [
  { voters: 60, clients: 8, late: 3, lateMs: 1_500 },
  { break: 'cursor', voters: 60, clients: 8, late: 3, lateMs: 1_500 },
];

/**
 * Some ballots take the id of their event early and commit late, while others come in and are told all the time: the
 * database holds their transactions at the commit.
 */
export async function run(fault) {
  const { voters: count, clients, late: lateCount, lateMs } = fault.options;
  const scene = await fault.scene();
  const verdict = openVerdict();
  if (fault.control === 'cursor') {
    await scene.break('evaluations', 'relay-with-a-cursor.mjs');
    fault.undo(() => scene.mend('evaluations'));
  }
  const election = await openElection(fault, scene);
  const phones = openPhones(scene.product, verdict);
  const voters = election.voters.slice(0, count);
  const lateVoters = fault.random('late').shuffle(voters).slice(0, lateCount);
  await holdCommits(fault, scene.product, lateVoters, lateMs);

  await fault.progress.step(`${count} ballots, ${lateCount} of them ${lateMs} ms late`, () =>
    eachOf(voters, clients, (voter) => election.cast(phones, verdict, voter)),
  );
  const isRewarded = await election.untilRewarded(fault.control === null ? 60_000 : 4_000);
  await judgeElection(scene, election, verdict);
  const [{ passed }] = await scene.product.rows('evaluations', passedBy, [lateVoters.map(({ memberId }) => memberId)]);
  if (passed === 0) verdict.wrong('no event came past a late one: nothing was tried');
  return {
    ...phones.figures,
    ...verdict.counts(),
    notes: { late: lateCount, eventsThatCamePast: passed, isRewarded, ...phones.notes(), ...verdict.notes() },
  };
}

/** A deferred trigger runs when its transaction commits: the outbox row has its id by then. */
async function holdCommits(fault, product, voters, lateMs) {
  await product.rows('evaluations', `CREATE TABLE fault_late (member_id text PRIMARY KEY)`);
  fault.undo(() => product.rows('evaluations', 'DROP FUNCTION fault_hold CASCADE; DROP TABLE fault_late'));
  await product.rows('evaluations', `INSERT INTO fault_late SELECT unnest($1::text[])`, [
    voters.map(({ memberId }) => memberId),
  ]);
  await product.rows(
    'evaluations',
    `CREATE FUNCTION fault_hold() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN
       IF EXISTS (SELECT 1 FROM fault_late WHERE member_id = NEW.payload->>'memberId') THEN
         PERFORM pg_sleep(${lateMs / 1_000});
       END IF;
       RETURN NULL;
     END $$;
     CREATE CONSTRAINT TRIGGER fault_hold AFTER INSERT ON outbox DEFERRABLE INITIALLY DEFERRED
       FOR EACH ROW WHEN (NEW.type = 'evaluations.ballot-cast.v1') EXECUTE FUNCTION fault_hold()`,
  );
}

/** Events with a higher id that were sent while a late one was not yet committed. */
const passedBy = `
  SELECT count(*)::int AS passed FROM outbox AS late
    JOIN outbox AS other ON other.id > late.id AND other.published_at < coalesce(late.published_at, 'infinity') - interval '1 s'
   WHERE late.payload->>'memberId' = ANY($1) AND late.type = 'evaluations.ballot-cast.v1'`;
