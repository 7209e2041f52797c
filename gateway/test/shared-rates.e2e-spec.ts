import { Viewer } from '@zhijia/access';
import { createLog } from '@zhijia/logging';
import { until } from '@zhijia/testing';
import type { Redis } from 'ioredis';
import { openRedis } from '../src/open-redis.js';
import { Rates } from '../src/rates/rates.js';
import { hasRedis, startRedis } from './support/redis-server.js';

const rate = { requestsPerMinute: 4, costPerMinute: 100 };
const log = createLog({ service: 'test', level: 'fatal' });

(hasRedis ? describe : describe.skip)('rates of several gateways', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let connections: Redis[];

  beforeAll(async () => {
    redis = await startRedis();
    connections = [openRedis(redis.url, log), openRedis(redis.url, log)];
    for (const connection of connections) {
      await until(async () => connection.status === 'ready' || undefined, { what: 'a connection' });
    }
  });
  afterAll(async () => {
    for (const connection of connections) connection.disconnect();
    await redis.stop();
  });

  it('are counted together, and each by itself while Redis does not answer', async () => {
    const [one, other] = connections.map(
      (connection) => new Rates({ bank: { member: null, client: rate } }, connection),
    );
    const asked = async (rates = one, client = 'bank') => {
      const facts = { issuer: 'i', subject: 's', client, audience: 'bank', memberId: null, roles: [], actingFor: null };
      const seconds = await rates?.secondsToWait(new Viewer({ ...facts, audience: 'bank' }), 'requests', 1);
      return seconds === 0;
    };
    expect([await asked(one), await asked(other), await asked(one), await asked(other)]).toEqual(Array(4).fill(true));
    expect([await asked(one), await asked(other)]).toEqual([false, false]);
    expect(await asked(other, 'second-bank')).toBe(true);

    await redis.stop();
    expect([await asked(one), await asked(other)]).toEqual([true, true]);
  });
});
