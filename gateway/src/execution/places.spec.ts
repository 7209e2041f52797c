import { objectsAt, placeBefore, placesOf } from './places.js';

describe('places in an answer', () => {
  const shared = { id: 'shared' };
  const data = { list: [{ item: shared }, null, { item: null }, { item: { id: 'own' } }, { item: shared }] };
  const path = ['list', '@', 'item'];

  it('are those that hold an object', () => {
    expect(objectsAt([data], path)).toEqual([shared, { id: 'own' }, shared]);
    expect(objectsAt([data], ['nothing', 'below'])).toEqual([]);
    expect(objectsAt([data], ['constructor'])).toEqual([]);
    expect(objectsAt([{ deep: [[{ a: {} }]] }], ['deep', '@', '@', 'a'])).toHaveLength(1);
  });

  it('are several for what stands there several times', () => {
    expect(placesOf(data, path).get(shared)).toEqual([
      ['list', 0, 'item'],
      ['list', 4, 'item'],
    ]);
  });

  it('end before the first list when they are told as one', () => {
    expect(placeBefore(path)).toEqual(['list']);
    expect(placeBefore(['me', 'home'])).toEqual(['me', 'home']);
  });
});
