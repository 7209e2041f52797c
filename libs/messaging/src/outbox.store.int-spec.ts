import { setClockOffset, rows } from '@zhijia/database';
import { readTraceparent, runInSpan, startSpan } from '@zhijia/tracing';
import { accountOpened, hoursPosted, MessagingWorld, upTo } from '../test/messaging-world.js';
import { EventContractError, Outbox } from './outbox.store.js';

describe('Outbox', () => {
  const outbox = new Outbox();
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00';
  let world: MessagingWorld;

  beforeAll(async () => {
    world = await MessagingWorld.open();
  });
  afterAll(() => world.close());
  beforeEach(() => world.db.query('TRUNCATE outbox'));

  it('writes an event with its cause: who, what, when and on which trace', async () => {
    await setClockOffset(world.db, -86_400);
    await runInSpan(startSpan('request', readTraceparent(traceparent)), () =>
      world.db.transaction((tx) => outbox.add(tx, hoursPosted, 'account-1', { number: 5 })),
    );
    await setClockOffset(world.db, 0);
    expect(
      await rows(
        world.db,
        `SELECT type, topic, aggregate_id, payload, traceparent, published_at,
           occurred_at < now() - interval '23 hours' AS "byTheProductsClock" FROM outbox`,
      ),
    ).toEqual([
      {
        type: 'timebank.hours-posted.v1',
        topic: 'timebank.account',
        aggregate_id: 'account-1',
        payload: { number: 5 },
        traceparent,
        published_at: null,
        byTheProductsClock: true,
      },
    ]);
  });

  it('leaves nothing when the transaction does not commit', async () => {
    const attempt = world.db.transaction(async (tx) => {
      await outbox.add(tx, hoursPosted, 'account-1', { number: 1 });
      throw new Error('killed in between');
    });
    await expect(attempt).rejects.toThrow('killed in between');
    expect(await world.count('outbox')).toBe(0);
  });

  it('keeps the order of ten thousand added at once', async () => {
    await world.db.transaction((tx) =>
      outbox.addAll(
        tx,
        hoursPosted,
        upTo(10_000).map((number) => ({ aggregateId: `account-${number % 3}`, payload: { number } })),
      ),
    );
    const found = await rows<{ number: number }>(
      world.db,
      `SELECT (payload->>'number')::integer AS number FROM outbox ORDER BY id`,
    );
    expect(found.map((event) => event.number)).toEqual(upTo(10_000));
  });

  it('refuses a payload that breaks its contract, and tells no value', async () => {
    const wrong = { number: 'Li Wei' } as unknown as { number: number };
    const attempt = world.db.transaction((tx) => outbox.add(tx, hoursPosted, 'account-1', wrong));
    await expect(attempt).rejects.toThrow(EventContractError);
    await expect(attempt).rejects.toThrow(/timebank\.hours-posted\.v1 .*number/);
    await expect(attempt).rejects.not.toThrow(/Li Wei/);
    expect(await world.count('outbox')).toBe(0);
  });

  it('keeps out what the contract does not name', async () => {
    const tooMuch = { number: 1, phone: '13800000000' };
    await world.db.transaction((tx) => outbox.add(tx, hoursPosted, 'account-1', tooMuch));
    expect(await rows(world.db, `SELECT payload FROM outbox`)).toEqual([{ payload: { number: 1 } }]);
  });

  it('refuses a payload no broker would take', async () => {
    const attempt = world.db.transaction((tx) =>
      outbox.add(tx, accountOpened, 'account-1', { accountId: 'x'.repeat(200_000) }),
    );
    await expect(attempt).rejects.toThrow(RangeError);
  });
});
