import { Viewer } from '@zhijia/access';
import { RequestLoaders } from './request-loaders.js';

const viewer = new Viewer({
  issuer: 'i',
  subject: 's',
  client: 'c',
  audience: 'mobile',
  memberId: null,
  roles: [],
  actingFor: null,
});
const names = {
  asked: 0,
  loadAll: async (keys: readonly string[]) => {
    names.asked += 1;
    return keys.map((key) => `name ${key}`);
  },
};

describe('the loaders of a request', () => {
  beforeEach(() => (names.asked = 0));

  it('ask once for what is asked for together', async () => {
    const loaders = new RequestLoaders(viewer, performance.now() + 60_000);
    expect(await Promise.all(['1', '2', '1'].map((key) => loaders.load(names, key)))).toEqual([
      'name 1',
      'name 2',
      'name 1',
    ]);
    expect(names.asked).toBe(1);
  });

  it('begin no read that nobody waits for any more', async () => {
    const loaders = new RequestLoaders(viewer, performance.now() - 1);
    await expect(loaders.load(names, '1')).rejects.toMatchObject({ extensions: { code: 'TRY_AGAIN' } });
    expect(names.asked).toBe(0);
  });
});
