import { jest } from '@jest/globals';
import type { DataObject } from '../../src/execution/answer-data.js';

/** Each breaks the executor in one way that the comparison must find. */
const breaks: Readonly<Record<string, () => void>> = {
  'a merge that lets the newer object replace the older': () =>
    jest.unstable_mockModule('../../src/execution/merge-data.js', () => ({
      mergeData: (target: DataObject, source: DataObject) => Object.assign(target, source),
    })),
  'a merge that keeps what was there first': () =>
    jest.unstable_mockModule('../../src/execution/merge-data.js', () => ({
      mergeData: (target: DataObject, source: DataObject) => Object.assign(target, { ...source, ...target }),
    })),
  'rewrites that are left out': () =>
    jest.unstable_mockModule('../../src/execution/rewrite-data.js', () => ({ compileRewrites: () => null })),
  'places that are the first of their list': () =>
    jest.unstable_mockModule('../../src/execution/places.js', () => ({
      ...places,
      placesOf: (...given: Parameters<typeof places.placesOf>) => {
        const [first] = [...places.placesOf(...given).values()];
        return new Map([...places.placesOf(...given).keys()].map((object) => [object, first]));
      },
    })),
};
const places = await import('../../src/execution/places.js');

describe('the comparison of executors', () => {
  beforeEach(() => jest.resetModules());

  it.each(Object.keys(breaks))('finds %s', async (name) => {
    breaks[name]?.();
    const { compareExecutors } = await import('./compare-executors.js');
    const { TwoExecutors } = await import('./two-executors.js');
    const size = { supergraphs: 4, operationsEach: 60 };
    const { unexplained } = await compareExecutors(1, size, (supergraph) => new TwoExecutors(supergraph));
    expect(unexplained.length).toBeGreaterThan(0);
  });
});
