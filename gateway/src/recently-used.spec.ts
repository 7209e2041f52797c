import { RecentlyUsed } from './recently-used.js';

describe('what is kept of late', () => {
  it('forgets what was asked for longest ago when it is full', () => {
    const cache = new RecentlyUsed<number>(100);
    cache.set('a', 1, 40);
    cache.set('b', 2, 40);
    cache.get('a');
    cache.set('c', 3, 40);
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([1, undefined, 3]);
    expect({ size: cache.size, bytes: cache.bytes }).toEqual({ size: 2, bytes: 80 });
  });

  it('takes nothing that is larger than itself', () => {
    const cache = new RecentlyUsed<number>(100);
    cache.set('a', 1, 40);
    cache.set('b', 2, 101);
    expect([cache.get('a'), cache.get('b')]).toEqual([1, undefined]);
  });

  it('weighs what is replaced once', () => {
    const cache = new RecentlyUsed<number>(100);
    cache.set('a', 1, 40);
    cache.set('a', 2, 60);
    expect({ value: cache.get('a'), bytes: cache.bytes }).toEqual({ value: 2, bytes: 60 });
  });
});
