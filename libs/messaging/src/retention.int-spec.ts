import { execute, setClockOffset } from '@zhijia/database';
import { log, MessagingWorld } from '../test/messaging-world.js';
import { Retention } from './retention.js';

describe('Retention', () => {
  let world: MessagingWorld;

  beforeAll(async () => {
    world = await MessagingWorld.open();
  });
  afterAll(() => world.close());

  it('removes what is old enough, and never an event that is not published', async () => {
    await execute(
      world.db,
      `INSERT INTO outbox (type, topic, aggregate_id, payload, published_at)
       SELECT 't', 't', 'a', '{}', CASE WHEN n % 3 = 0 THEN NULL WHEN n % 3 = 1 THEN now() ELSE now() - interval '4 days' END
       FROM generate_series(1, 9000) AS n`,
    );
    await execute(
      world.db,
      `INSERT INTO inbox SELECT 'r', gen_random_uuid(), now() - make_interval(days => n % 40) FROM generate_series(1, 12000) AS n`,
    );
    const retention = new Retention(world.db, log);
    expect(await retention.prune()).toMatchObject({ outbox: expect.any(Number) as number, deadLetters: 0 });
    expect(await world.count('outbox WHERE published_at IS NULL')).toBe(3_000);
    expect(await world.count('outbox WHERE published_at > now() - interval $$3 days$$')).toBe(3_000);
    expect(await world.count(`inbox WHERE received_at < now() - interval '30 days'`)).toBe(0);
    expect(await world.count('inbox')).toBe(9_000);
  });

  it('keeps a dead letter thirty days by the product’s clock', async () => {
    await execute(
      world.db,
      `INSERT INTO dead_letter (id, fingerprint, topic, error_code, error_type, key_id, sealed_message)
       VALUES (gen_random_uuid(), '\\x00', 't', 'c', 'E', 'k', '\\x00')`,
    );
    const retention = new Retention(world.db, log);
    await setClockOffset(world.db, 29 * 86_400);
    expect(await retention.prune()).toMatchObject({ deadLetters: 0 });
    await setClockOffset(world.db, 31 * 86_400);
    expect(await retention.prune()).toMatchObject({ deadLetters: 1 });
  });
});
