import { Viewer } from '@zhijia/access';
import { Rates } from './rates.js';

const viewer = (changes: Partial<Viewer> = {}): Viewer =>
  new Viewer({
    issuer: 'i',
    subject: 's',
    client: 'c',
    audience: 'mobile',
    memberId: null,
    roles: [],
    actingFor: null,
    ...changes,
  });
const rate = { requestsPerMinute: 3, costPerMinute: 100 };

describe('rates', () => {
  it('are of one person, and the seconds are told after which to ask again', async () => {
    const rates = new Rates({ mobile: { member: rate, client: null } });
    const asked = (who: Viewer) => rates.secondsToWait(who, 'requests', 1);
    expect([await asked(viewer()), await asked(viewer()), await asked(viewer())]).toEqual([0, 0, 0]);
    const seconds = await asked(viewer());
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
    // The same name at another issuer is somebody else; another application is no other person.
    expect(await asked(viewer({ issuer: 'j' }))).toBe(0);
    expect(await asked(viewer({ subject: 't' }))).toBe(0);
    expect(await asked(viewer({ client: 'd' }))).toBeGreaterThan(0);
  });

  it('are of one client, whoever asks through it', async () => {
    const rates = new Rates({ bank: { member: null, client: rate } });
    const asked = (changes: Partial<Viewer>) =>
      rates.secondsToWait(viewer({ audience: 'bank', ...changes }), 'requests', 1);
    for (const subject of ['a', 'b', 'c']) expect(await asked({ subject })).toBe(0);
    expect(await asked({ subject: 'd' })).toBeGreaterThan(0);
    expect(await asked({ subject: 'd', client: 'e' })).toBe(0);
  });

  it('count requests and their cost apart, and audiences apart', async () => {
    const rates = new Rates({ mobile: { member: rate, client: null } });
    expect(await rates.secondsToWait(viewer(), 'cost', 100)).toBe(0);
    expect(await rates.secondsToWait(viewer(), 'cost', 1)).toBeGreaterThan(0);
    expect(await rates.secondsToWait(viewer(), 'requests', 1)).toBe(0);
    expect(await rates.secondsToWait(viewer({ audience: 'dashboard' }), 'cost', 1_000)).toBe(0);
  });

  it('of no client and no cost wait for nobody', async () => {
    const rates = new Rates({});
    for (let n = 0; n < 10; n += 1) expect(await rates.secondsToWait(viewer(), 'requests', 1_000)).toBe(0);
  });

  it('keep what names contain apart', async () => {
    const rates = new Rates({ mobile: { member: { ...rate, requestsPerMinute: 1 }, client: null } });
    expect(await rates.secondsToWait(viewer({ issuer: 'a,b', subject: 'c' }), 'requests', 1)).toBe(0);
    expect(await rates.secondsToWait(viewer({ issuer: 'a', subject: 'b,c' }), 'requests', 1)).toBe(0);
  });
});
