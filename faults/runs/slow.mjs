import { setTimeout as sleep } from 'node:timers/promises';
import { homeQuery } from '../../bench/benches/graph/home-query.mjs';
import { memoryOf } from '../../bench/parts/process-costs.mjs';
import { until } from '../../bench/parts/product.mjs';
import { openElection } from '../parts/election.mjs';
import { openPhones } from '../parts/phones.mjs';
import { pathOfBreak } from '../parts/scene.mjs';
import { openVerdict } from '../parts/verdict.mjs';

export const options = { clients: 32, frozenMs: 20_000, subgraphs: 3 };

export const controls = { patient: 'the gateway waits two minutes, and does not notice that a subgraph stands still' };

export const short = [
  { clients: 12, frozenMs: 11_000, subgraphs: 1 },
  { break: 'patient', clients: 12, frozenMs: 11_000, subgraphs: 1 },
];

/** What a frozen subgraph may cost whoever asks, and how long it may go on costing that. */
const answerWithinMs = 10_000;
const soonMs = 1_500;
const learnedWithinMs = 8_000;
const mostMoreMb = 100;

/** Each subgraph in turn stands still in the middle of its work (SIGSTOP), while members open their home page. */
export async function run(fault) {
  const { clients, frozenMs, subgraphs } = fault.options;
  const scene = await fault.scene();
  const { stack } = scene.product;
  const verdict = openVerdict();
  if (fault.control === 'patient') {
    await scene.set('gateway', {
      SUBGRAPH_TIMEOUT_MS: '120000',
      NODE_OPTIONS: `--import ${pathOfBreak('no-pulse.mjs')}`,
    });
    fault.undo(() => scene.set('gateway', {}));
  }
  const election = await openElection(fault, scene);
  const phones = openPhones(scene.product, verdict, { answerWithinMs });
  const frozen = ['benefits', 'timebank', 'evaluations'].slice(0, subgraphs);
  const figures = { operations: 0, acknowledged: 0, missing: {} };

  const whole = await look(phones, election.voters.slice(0, clients), 1_000);
  const before = memoryOf(stack.pidOf('gateway')).residentMb;
  let peakMb = before;
  for (const name of frozen) {
    const pid = stack.pidOf(name);
    process.kill(pid, 'SIGSTOP');
    const watching = watchMemory(stack, (mb) => {
      peakMb = Math.max(peakMb, mb);
    });
    const answers = await fault.progress
      .step(`${name} stands still for ${frozenMs / 1_000} s`, async () => {
        const looking = look(phones, election.voters.slice(0, clients), frozenMs);
        await sleep(Math.min(frozenMs, 4_000));
        const said = await stack.healthOf('gateway');
        if (said !== 'degraded')
          verdict.wrong(`the gateway says something else of itself while ${name} stands still`, said);
        return looking;
      })
      .finally(() => process.kill(pid, 'SIGCONT'));
    watching.stop();
    judgeAnswers(name, answers, verdict, figures);
    const again = await until('whole answers', async () => {
      const [answer] = await look(phones, election.voters.slice(0, 1), 0);
      return answer.errors === undefined && answer.data?.me?.pointsAccount != null ? answer : null;
    }).catch(() => null);
    if (again === null) verdict.wrong(`${name} goes on and answers stay broken`);
  }
  if (peakMb - before > mostMoreMb) verdict.wrong('the memory of the gateway grew', { before, peakMb });
  return {
    operations: figures.operations + whole.length,
    acknowledged: figures.acknowledged + whole.length,
    ...verdict.counts(),
    notes: {
      missing: figures.missing,
      gatewayMb: { before, peak: peakMb },
      ...phones.notes(),
      ...verdict.notes(),
    },
  };
}

/** Members who look again and again, each when the answer to the time before is there. */
async function look(phones, voters, durationMs) {
  const began = performance.now();
  const answers = [];
  await Promise.all(
    voters.map(async ({ person }) => {
      do {
        const asked = performance.now();
        const answer = await phones.send(person, homeQuery, {});
        answers.push({ ...answer, askedAfterMs: asked - began, tookMs: performance.now() - asked });
        await sleep(50);
      } while (performance.now() - began < durationMs);
    }),
  );
  return answers;
}

/** Each is whole but for what this subgraph brings, says what is missing, and soon enough nobody waits any more. */
function judgeAnswers(name, answers, verdict, figures) {
  for (const { data, errors, failure, askedAfterMs, tookMs } of answers) {
    figures.operations += 1;
    if (failure !== undefined) {
      verdict.wrong(`no answer at all while ${name} stands still`, failure);
      continue;
    }
    figures.acknowledged += 1;
    if (askedAfterMs > learnedWithinMs && tookMs > soonMs) {
      verdict.wrong(`a late answer long after ${name} began to stand still`, { askedAfterMs, tookMs });
    }
    // Fetched before it stood still, or as far as it had come.
    if (errors === undefined) continue;
    if (data?.me?.maskedName === undefined) verdict.wrong(`the rest is missing too while ${name} stands still`, errors);
    for (const { extensions } of errors) {
      if (extensions?.code !== 'SUBGRAPH_UNAVAILABLE' || extensions.retryable !== true || !extensions.missing?.length) {
        verdict.wrong(`an error that does not say what is missing`, extensions);
      }
      for (const field of extensions?.missing ?? []) figures.missing[field] = (figures.missing[field] ?? 0) + 1;
    }
  }
  if (answers.every(({ errors }) => errors === undefined))
    verdict.wrong(`nothing was missing while ${name} stood still`);
}

function watchMemory(stack, tell) {
  const timer = setInterval(() => tell(memoryOf(stack.pidOf('gateway')).residentMb), 500);
  return { stop: () => clearInterval(timer) };
}
