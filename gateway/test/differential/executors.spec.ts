import { compareExecutors, type Comparison } from './compare-executors.js';
import { TwoExecutors } from './two-executors.js';

/** Any whole number: the same number makes the same supergraphs and operations. Another one looks somewhere else. */
const seed = Number(process.env['DIFFERENTIAL_SEED'] ?? 20_261_122);
const size = { supergraphs: 60, operationsEach: 170 };

/** What a run must have met often enough to say something of it. */
const leastMet = {
  'fetch of entities': 3_000,
  'more than two fetches': 1_000,
  'equal representations': 100,
  'nested requirement': 50,
  'rewrite of what is sent': 200,
  'rewrite of what comes': 3,
  Condition: 500,
  mutation: 500,
  'alias that is a name of the graph': 2_000,
  errors: 500,
  'errors below a list': 100,
  'emptied answer': 50,
  'null that nobody explains': 50,
};

describe('our executor beside the stock one', () => {
  let run: Comparison;
  beforeAll(async () => {
    const began = process.cpuUsage();
    run = await compareExecutors(seed, size, (supergraph) => new TwoExecutors(supergraph));
    const { unexplained, ...told } = run;
    const cpuSeconds = Math.round(process.cpuUsage(began).user / 1e5) / 10;
    process.stdout.write(
      `${JSON.stringify({ DIFFERENTIAL_SEED: seed, ...told, differences: unexplained.length, cpuSeconds })}\n`,
    );
  }, 10 * 60_000);

  it('answers, fails and fetches alike, and whether it joins equal representations changes nothing', () => {
    expect(run.unexplained.slice(0, 2)).toEqual([]);
    expect(run.operations).toBeGreaterThanOrEqual(10_000);
    expect(run.supergraphs).toBeGreaterThanOrEqual(50);
  });

  it('met enough of everything', () => {
    const tooFew = Object.entries(leastMet).filter(([name, least]) => (run.met[name] ?? 0) < least);
    expect(tooFew).toEqual([]);
  });

  it('differs as it is known to, and seldom', () => {
    const known = Object.values(run.known).reduce((sum, times) => sum + times, 0);
    expect(known).toBeLessThan(run.operations / 100);
  });
});
