import { AsyncLocalStorage } from 'node:async_hooks';
import { currentDeadline, runUntil } from './deadline.js';
import { InBatches } from './in-batches.js';

interface Item {
  readonly group: string;
  readonly key: string;
}

const item = (key: string, group = 'a'): Item => ({ group, key });

/** A batcher whose work ends when the test says so. */
function open({ most = 10, atOnce = 1 } = {}) {
  const batches: { keys: string[]; finish: () => void; fail: (error: Error) => void }[] = [];
  const batcher = new InBatches<Item, string>(
    (items) =>
      new Promise((resolve, reject) => {
        const keys = items.map(({ key }) => key);
        batches.push({ keys, finish: () => resolve(keys.map((key) => `${key} done`)), fail: reject });
      }),
    { most, atOnce, groupOf: ({ group }) => group, keyOf: ({ key }) => key },
  );
  return { batches, do: (...items: Item[]) => items.map((one) => batcher.do(one)) };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('work in batches', () => {
  it('lets the first go at once and the others, who came meanwhile, together', async () => {
    const { batches, ...batcher } = open();
    const results = batcher.do(item('1'), item('2'), item('3'));
    expect(batches.map(({ keys }) => keys)).toEqual([['1']]);
    batches[0]!.finish();
    await turn();
    expect(batches.map(({ keys }) => keys)).toEqual([['1'], ['2', '3']]);
    batches[1]!.finish();
    await expect(Promise.all(results)).resolves.toEqual(['1 done', '2 done', '3 done']);
  });

  it('takes no more than fit, and only what belongs together', async () => {
    const { batches, ...batcher } = open({ most: 2 });
    void batcher.do(item('1'), item('2'), item('3', 'b'), item('4'), item('5'));
    for (const _ of [1, 2, 3]) {
      batches.at(-1)!.finish();
      await turn();
    }
    expect(batches.map(({ keys }) => keys)).toEqual([['1'], ['2', '4'], ['3'], ['5']]);
  });

  it('never does one thing twice at the same time', async () => {
    const { batches, ...batcher } = open({ atOnce: 3 });
    void batcher.do(item('1'), item('1'), item('2'), item('1'));
    expect(batches.map(({ keys }) => keys)).toEqual([['1'], ['2']]);
    batches[0]!.finish();
    await turn();
    expect(batches.map(({ keys }) => keys)).toEqual([['1'], ['2'], ['1']]);
    batches[2]!.finish();
    await turn();
    expect(batches.at(-1)!.keys).toEqual(['1']);
    expect(batches).toHaveLength(4);
  });

  it('does each alone when they cannot be done together, and refuses only what cannot be done', async () => {
    const { batches, ...batcher } = open();
    const [first, ...others] = batcher.do(item('0'), item('good'), item('bad'));
    batches[0]!.finish();
    await first;
    await turn();
    batches[1]!.fail(new Error('no'));
    await turn();
    batches[2]!.finish();
    await turn();
    batches[3]!.fail(new Error('bad'));
    const settled = await Promise.allSettled(others);
    expect(settled).toEqual([
      { status: 'fulfilled', value: 'good done' },
      { status: 'rejected', reason: new Error('bad') },
    ]);
    expect(batches.map(({ keys }) => keys)).toEqual([['0'], ['good', 'bad'], ['good'], ['bad']]);
  });

  it('tells a passing fault of the database to all, and goes on', async () => {
    const { batches, ...batcher } = open();
    const [first, ...others] = batcher.do(item('0'), item('1'), item('2'));
    batches[0]!.finish();
    await first;
    await turn();
    const away = Object.assign(new Error('away'), { code: '57P01' });
    batches[1]!.fail(away);
    const reasons = (await Promise.allSettled(others)).map((one) => (one as PromiseRejectedResult).reason as unknown);
    expect(reasons).toEqual([away, away]);
    void batcher.do(item('1'));
    expect(batches.at(-1)!.keys).toEqual(['1']);
  });

  it('works in the context of the caller', async () => {
    const context = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    const batcher = new InBatches<Item, null>(
      async (items) => {
        seen.push(context.getStore());
        await turn();
        return items.map(() => null);
      },
      { most: 1, atOnce: 1, groupOf: ({ group }) => group, keyOf: ({ key }) => key },
    );
    await Promise.all(['one', 'two'].map((name) => context.run(name, () => batcher.do(item(name)))));
    expect(seen).toEqual(['one', 'two']);
  });

  it('works as long as one of those who go together waits', async () => {
    const seen: (number | undefined)[] = [];
    const batcher = new InBatches<Item, number>(
      async (items) => {
        seen.push(currentDeadline()?.at);
        return items.map(() => 0);
      },
      { most: 10, atOnce: 1, groupOf: ({ group }) => group, keyOf: ({ key }) => key },
    );
    const deadlines = [10, 20, 30, 15, Infinity];
    const groups = ['a', 'b', 'b', 'c', 'c'];
    await Promise.all(deadlines.map((at, place) => runUntil(at, () => batcher.do(item(String(place), groups[place])))));
    expect(seen).toEqual([10, 30, undefined]);
  });
});
