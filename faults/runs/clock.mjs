import { judgeResults, untilFinished } from '../parts/closing.mjs';
import { openElection } from '../parts/election.mjs';
import { openPhones } from '../parts/phones.mjs';
import { openVerdict } from '../parts/verdict.mjs';
import { pathOfBreak } from '../parts/scene.mjs';

export const options = { members: 4_000, clients: 16, offMinutes: 10, openMs: 25_000 };

export const controls = { 'own-clock': 'evaluations asks its own clock whether a campaign is over' };

export const short = [
  { clients: 6, offMinutes: 10, openMs: 15_000 },
  { break: 'own-clock', clients: 6, offMinutes: 10, openMs: 12_000 },
];

/** Ballots that come after the end, before the run ends. */
const afterTheEnd = 20;

/**
 * A campaign reaches its deadline while ballots come in, with evaluations' clock ahead, then behind. The database's clock
 * decides: each ballot is counted or refused, and nobody is refused before the end or taken after it.
 */
export async function run(fault) {
  const scene = await fault.scene();
  const verdict = openVerdict();
  const phones = openPhones(scene.product, verdict);
  const { offMinutes } = fault.options;
  await recordCasting(fault, scene.product);
  const file = fault.control === null ? 'clock-off.mjs' : 'deadline-by-own-clock.mjs';
  fault.undo(() => scene.mend('evaluations'));
  const rounds = [];
  for (const minutes of fault.control === null ? [offMinutes, -offMinutes] : [offMinutes]) {
    await scene.set('evaluations', {
      NODE_OPTIONS: `--import ${pathOfBreak(file)}`,
      FAULT_CLOCK_OFFSET_SECONDS: String(minutes * 60),
    });
    rounds.push({ minutes, ...(await voteOverTheEnd(fault, scene, { minutes, phones, verdict })) });
  }
  return { ...phones.figures, ...verdict.counts(), notes: { rounds, ...phones.notes(), ...verdict.notes() } };
}

async function voteOverTheEnd(fault, scene, { minutes, phones, verdict }) {
  const { clients, openMs } = fault.options;
  const { product } = scene;
  const election = await openElection(fault, scene, {
    idempotencyKey: `${fault.label}${minutes}`,
    closesAt: new Date(Date.now() + openMs).toISOString(),
  });
  const closesAt = Date.parse(election.closesAt);
  const waiting = [...election.voters];
  const refused = [];
  let stray = 0;

  const vote = async (voter) => {
    const ballot = await election.seal(voter);
    const answer = await phones.change(voter.person, election.castMutation, ballot.input);
    if (answer?.__typename === 'BallotCast') {
      voter.told.push({ ...ballot, participationId: answer.participation.id });
    } else if (answer?.__typename === 'CampaignClosed') {
      refused.push(ballot.envelopeHash);
      // Database and phones share one machine here.
      if (Date.now() < closesAt) verdict.wrong('refused before the end', { beforeMs: closesAt - Date.now() });
    } else if (answer !== null) {
      stray += 1;
      verdict.wrong('neither taken nor refused', answer);
    }
  };
  await fault.progress.step(`Voting to the end and beyond, clock ${minutes} minutes off`, () =>
    Promise.all(
      Array.from({ length: clients }, async () => {
        while (waiting.length > 0 && stray < 10 && (Date.now() < closesAt || refused.length < afterTheEnd)) {
          await vote(waiting.pop());
          // Paced, so that there are voters left at the end.
          const left = Math.max(0, closesAt - Date.now());
          await new Promise((resolve) => setTimeout(resolve, Math.min(400, (left * clients) / (waiting.length + 1))));
        }
      }),
    ),
  );
  await untilFinished(scene, election, { withinMs: fault.control === null ? 90_000 : 20_000 });
  const cast = await product.rows('evaluations', 'SELECT hash, at FROM fault_cast WHERE campaign_id = $1', [
    election.id,
  ]);
  const told = election.acknowledged();
  verdict.compareOnce(
    'ballot',
    told.map((voter) => voter.told[0].envelopeHash),
    cast.map(({ hash }) => hash),
  );
  for (const { hash, at } of cast) if (Date.parse(at) >= closesAt) verdict.wrong('taken after the end', { hash, at });
  const both = new Set(refused);
  for (const { hash } of cast) if (both.has(hash)) verdict.wrong('taken and refused', hash);
  if (told.length === 0 || refused.length === 0) verdict.wrong('the end was not met while ballots came in');
  if (fault.control === null) await judgeResults(scene, election, verdict);
  return { taken: told.length, refused: refused.length };
}

/** When the database took each ballot, by its own clock: ballots themselves carry no time. */
async function recordCasting(fault, product) {
  await product.rows('evaluations', 'CREATE TABLE fault_cast (campaign_id uuid, hash text, at timestamptz)');
  await product.rows(
    'evaluations',
    `CREATE FUNCTION fault_record_cast() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN
       INSERT INTO fault_cast VALUES (NEW.campaign_id, encode(NEW.envelope_hash, 'hex'), zhijia_now());
       RETURN NULL;
     END $$;
     CREATE TRIGGER fault_record_cast AFTER INSERT ON ballot FOR EACH ROW EXECUTE FUNCTION fault_record_cast()`,
  );
  fault.undo(() => product.rows('evaluations', 'DROP FUNCTION fault_record_cast CASCADE; DROP TABLE fault_cast'));
}
