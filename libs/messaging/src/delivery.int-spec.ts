import { until } from '@zhijia/testing';
import {
  aMessage,
  byAggregate,
  hoursPosted,
  log,
  MessagingWorld,
  recordHours,
  upTo,
  deadLetterKey,
} from '../test/messaging-world.js';
import { ApplyEvents } from './apply-events.js';
import { DeadLetterStore } from './dead-letter.store.js';
import { EventConsumer } from './event-consumer.js';
import { InboxStore } from './inbox.store.js';
import { createKafka } from './kafka-client.js';
import type { ReceivedEvent } from './reaction.js';
import { Sealing } from './sealing.js';

describe('from outbox to effect', () => {
  let world: MessagingWorld;

  beforeEach(async () => {
    world = await MessagingWorld.open();
  });
  afterEach(() => world.close());

  it('delivers each event once and in the order of its aggregate, over four partitions', async () => {
    const service = world.service({ reactions: [recordHours()] });
    service.start();
    const accounts = upTo(40).map((number) => `account-${number}`);
    for (const part of [0, 1, 2, 3, 4]) {
      await Promise.all(accounts.map((account) => world.post(service, account, ...upTo(10).map((n) => part * 10 + n))));
    }
    await world.settled('effect', 2_000);
    const numbers = byAggregate(await world.effects());
    for (const account of accounts) expect(numbers.get(account)).toEqual(upTo(50));
    expect(await service.health()).toMatchObject({ status: 'ok', outboxRows: 0 });
    const figures = await service.metrics.readFigures();
    expect(figures).toMatchObject({ published: 2_000, isRelaying: true, deadLetters: 0 });
    expect(figures.consumer).toMatchObject({ handled: { 'record-hours-when-posted': 2_000 }, lagEvents: 0 });
  });

  it('gives one event to each reaction, and tells it what was sent', async () => {
    const received: ReceivedEvent[] = [];
    const witness = recordHours('witness', (event) => received.push(event));
    const service = world.service({ reactions: [recordHours(), witness] });
    service.start();
    await world.post(service, 'account-1', 7);
    await world.settled('effect', 2);
    expect(received).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
        type: 'timebank.hours-posted.v1',
        source: 'timebank',
        occurredAt: expect.stringMatching(/^20.*Z$/) as string,
        aggregateId: 'account-1',
        traceparent: null,
        payload: { number: 7 },
      },
    ]);
  });

  it('applies an event that arrives three times once', async () => {
    await world.topicsExist();
    const message = aMessage(hoursPosted, 'account-1', { number: 1 });
    await world.produceRaw(hoursPosted.topic, [message, message]);
    const service = world.service({ reactions: [recordHours()] });
    service.start();
    await world.settled('effect', 1);
    await world.produceRaw(hoursPosted.topic, [message, aMessage(hoursPosted, 'account-1', { number: 2 })]);
    await world.settled('effect', 2);
  });

  it('applies once what a consumer committed to the database and not to the broker', async () => {
    const first = world.service({ reactions: [recordHours()] });
    first.start();
    await world.post(first, 'account-1', ...upTo(100));
    await world.settled('effect', 100);
    await first.stop();
    await forgetOffsets(world);
    const second = world.service({ reactions: [recordHours()] });
    second.start();
    await world.post(second, 'account-1', 100);
    await world.settled('effect', 101);
    expect(byAggregate(await world.effects()).get('account-1')).toEqual(upTo(101));
  });

  it('would apply it twice without the inbox (red control)', async () => {
    class ForgetfulInbox extends InboxStore {
      override claim(_tx: unknown, _name: string, events: readonly ReceivedEvent[]): Promise<ReceivedEvent[]> {
        return Promise.resolve([...events]);
      }
    }
    const sender = world.service();
    sender.start();
    await world.post(sender, 'account-1', ...upTo(100));
    for (const effects of [100, 200]) {
      const letters = new DeadLetterStore(new Sealing(deadLetterKey));
      const consumer = new EventConsumer({
        kafka: createKafka(world.kafka, 'timebank', log),
        kafkaOptions: world.kafka,
        group: 'timebank',
        reactions: [recordHours()],
        db: world.db,
        apply: new ApplyEvents(world.db, new ForgetfulInbox(), letters, log),
        letters,
        onApplied: () => undefined,
        log,
      });
      consumer.start();
      await world.settled('effect', effects);
      await consumer.stop();
      await forgetOffsets(world);
    }
  });

  it('waits for the database and blames no event for its absence', async () => {
    const service = world.service({ reactions: [recordHours()] });
    service.start();
    await world.post(service, 'account-1', 0);
    await world.settled('effect', 1);
    const name = new URL(world.database.url).pathname.slice(1);
    const outside = await MessagingWorld.open();
    try {
      await outside.db.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
      await outside.db.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1`, [name]);
      await world.produceRaw(
        hoursPosted.topic,
        upTo(50).map((n) => aMessage(hoursPosted, 'account-1', { number: n + 1 })),
      );
      await until(async () => (await service.health()).reasons.includes('databaseAway'), {
        what: 'the health to say so',
      });
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      await outside.db.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
    } finally {
      await outside.close();
    }
    await until(async () => (await world.count('effect').catch(() => 0)) === 51, { what: 'all effects' });
    expect(byAggregate(await world.effects()).get('account-1')).toEqual(upTo(51));
    expect(await world.count('dead_letter')).toBe(0);
    await until(async () => (await service.health()).status === 'ok', { what: 'a good health' });
  });

  it('goes on in another process when one stops in the middle', async () => {
    const first = world.service({ reactions: [recordHours()] });
    const second = world.service({ reactions: [recordHours()] });
    first.start();
    second.start();
    const posting = (async () => {
      for (const number of upTo(60)) {
        await Promise.all(upTo(20).map((account) => world.post(first, `account-${account}`, number)));
        if (number === 20) await first.stop();
      }
    })();
    await posting;
    await world.settled('effect', 1_200, 60_000);
    for (const numbers of byAggregate(await world.effects()).values()) expect(numbers).toEqual(upTo(60));
  });
});

async function forgetOffsets(world: MessagingWorld): Promise<void> {
  const admin = world.rawKafka().admin();
  await admin.connect();
  await admin.deleteGroups([`${world.kafka.prefix}timebank`]);
  await admin.disconnect();
}
