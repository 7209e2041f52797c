import { compareExecutors } from './compare-executors.js';
import { TwoExecutors } from './two-executors.js';

/** Any whole number: the same number makes the same supergraphs and operations. */
const seed = Number(process.env['DIFFERENTIAL_SEED'] ?? 20_261_122);
const size = {
  supergraphs: Number(process.env['DIFFERENTIAL_SUPERGRAPHS'] ?? 60),
  operationsEach: Number(process.env['DIFFERENTIAL_OPERATIONS'] ?? 170),
};

describe('our executor beside the stock one', () => {
  it(
    'answers, fails and fetches alike',
    async () => {
      const began = process.cpuUsage();
      const { unexplained, ...run } = await compareExecutors(seed, size, (supergraph) => new TwoExecutors(supergraph));
      const cpuSeconds = process.cpuUsage(began).user / 1e6;
      process.stdout.write(
        `${JSON.stringify({ seed, ...run, differences: unexplained.length, cpuSeconds }, null, 2)}\n`,
      );
      expect(unexplained.slice(0, 3)).toEqual([]);
    },
    10 * 60_000,
  );
});
