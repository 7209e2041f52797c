import { row, rows } from '@zhijia/database';
import { until } from '@zhijia/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  byAggregate,
  deadLetterKey,
  hoursPosted,
  Line,
  log,
  MessagingWorld,
  recordHours,
  upTo,
} from '../test/messaging-world.js';
import { lockSpace, messagingLock } from './advisory-locks.js';
import { createMessaging } from './messaging.js';

describe('OutboxRelay', () => {
  let world: MessagingWorld;

  beforeEach(async () => {
    world = await MessagingWorld.open();
  });
  afterEach(() => world.close());

  it('publishes an event whose transaction took its id early and committed late', async () => {
    const service = world.service({ reactions: [recordHours()] });
    service.start();
    const late = world.db.createQueryRunner();
    await late.startTransaction();
    await service.outbox.add(late.manager, hoursPosted, 'late', { number: 0 });
    await world.post(service, 'early', ...upTo(50));
    await world.settled('effect', 50);
    await late.commitTransaction();
    await late.release();
    await world.settled('effect', 51);
  });

  it('would have lost it with a cursor over ids (red control)', async () => {
    const service = world.service();
    const late = world.db.createQueryRunner();
    await late.startTransaction();
    await service.outbox.add(late.manager, hoursPosted, 'late', { number: 0 });
    await world.post(service, 'early', 1);
    const readAfter = async (lastId: number) =>
      rows<{ id: number }>(world.db, `SELECT id FROM outbox WHERE id > $1 ORDER BY id`, [lastId]);
    const [first] = await readAfter(0);
    await late.commitTransaction();
    await late.release();
    expect(await readAfter(first?.id ?? 0)).toEqual([]);
    expect(await world.count('outbox')).toBe(2);
  });

  it('sends everything when the broker was away from the start', async () => {
    const line = new Line();
    line.cut();
    const service = world.service({
      reactions: [recordHours()],
      kafka: { ...world.kafka, openSocket: line.openSocket },
    });
    service.start();
    await world.post(service, 'account-1', ...upTo(10));
    await until(async () => (await service.health()).reasons.includes('brokerAway'), { what: 'the health to say so' });
    expect(await service.health()).toMatchObject({ status: 'degraded', outboxRows: 10 });
    line.mend();
    await world.settled('effect', 10);
    await until(async () => (await service.health()).status === 'ok', { what: 'a good health' });
  });

  it('goes on, once and in order, when the line to the broker is cut again and again', async () => {
    const line = new Line();
    const service = world.service({
      reactions: [recordHours()],
      kafka: { ...world.kafka, openSocket: line.openSocket },
    });
    service.start();
    const accounts = upTo(10).map((number) => `account-${number}`);
    let isDone = false;
    const cutting = (async () => {
      while (!isDone) {
        await sleep(400 + Math.random() * 400);
        line.cut();
        await sleep(300);
        line.mend();
      }
    })();
    for (const number of upTo(150)) {
      await Promise.all(accounts.map((account) => world.post(service, account, number)));
      await sleep(20);
    }
    isDone = true;
    await cutting;
    await world.settled('effect', 1_500, 60_000);
    for (const numbers of byAggregate(await world.effects()).values()) expect(numbers).toEqual(upTo(150));
  });

  it('lets one relay at a time publish, and the next take over when its connection dies', async () => {
    const services = [world.service({ reactions: [recordHours()] }), world.service()];
    services.forEach((service) => service.start());
    const [poster] = services;
    const leader = async () =>
      row<{ pid: number }>(
        world.db,
        `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = $1 AND objid = $2 AND granted
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
        [lockSpace.messaging, messagingLock.relays],
      );
    if (poster === undefined) throw new Error('unreachable');
    for (const number of upTo(120)) {
      await Promise.all(upTo(10).map((account) => world.post(poster, `account-${account}`, number)));
      if (number % 30 === 15) {
        const before = await until(leader, { what: 'a leader' });
        await world.db.query('SELECT pg_terminate_backend($1)', [before.pid]);
        await until(async () => ((await leader())?.pid ?? before.pid) !== before.pid, { what: 'the next leader' });
      }
    }
    await world.settled('effect', 1_200);
    for (const numbers of byAggregate(await world.effects()).values()) expect(numbers).toEqual(upTo(120));
    const figures = await Promise.all(services.map((service) => service.metrics.readFigures()));
    expect(figures.filter((figure) => figure.isRelaying)).toHaveLength(1);
  });

  it('takes over from a process that stops', async () => {
    const [first, second] = [world.service(), world.service({ reactions: [recordHours()] })];
    first.start();
    await until(async () => (await first.metrics.readFigures()).isRelaying, { what: 'the first to lead' });
    second.start();
    await world.post(first, 'account-1', 0);
    await first.stop();
    await world.post(first, 'account-1', 1);
    await world.settled('effect', 2);
  });

  it('is woken at once when it sleeps, and oversleeps nothing', async () => {
    const service = world.service({ relay: { quietBeforeSleepMs: 0, asleepPollMs: 60_000, awakePollMs: 5 } });
    service.start();
    await world.post(service, 'account-0', 0);
    await until(async () => (await service.health()).outboxRows === 0, { what: 'the first event' });
    let slowestMs = 0;
    for (const round of upTo(100)) {
      const startedAt = performance.now();
      // Two at once: the second often commits while the relay is about to fall asleep.
      await Promise.all([world.post(service, 'account-1', round), world.post(service, 'account-2', round)]);
      await until(async () => (await service.health()).outboxRows === 0, {
        what: 'the relay',
        withinMs: 5_000,
        everyMs: 2,
      });
      slowestMs = Math.max(slowestMs, performance.now() - startedAt);
      await sleep(Math.random() * 10);
    }
    expect(slowestMs).toBeLessThan(2_000);
  });

  it('sends large events in batches a broker takes', async () => {
    const service = world.service({ reactions: [recordHours()] });
    service.start();
    await world.db.transaction((tx) =>
      tx.query(
        `INSERT INTO outbox (type, topic, aggregate_id, payload)
         SELECT $1, $2, 'account-1', jsonb_build_object('number', n, 'filler', repeat('x', 100000))
         FROM generate_series(0, 39) AS n ORDER BY n`,
        [hoursPosted.type, hoursPosted.topic],
      ),
    );
    await world.settled('effect', 40);
    expect(byAggregate(await world.effects()).get('account-1')).toEqual(upTo(40));
  });
});

describe('createMessaging', () => {
  it('refuses two reactions of one name and events of another service', () => {
    const options = {
      db: null as never,
      kafka: { brokers: ['127.0.0.1:1'] },
      deadLetterKey,
      log,
      reactions: [],
      published: [],
    };
    expect(() =>
      createMessaging({ ...options, source: 'timebank', reactions: [recordHours(), recordHours()] }),
    ).toThrow('Two reactions are named record-hours-when-posted');
    expect(() => createMessaging({ ...options, source: 'benefits', published: [hoursPosted] })).toThrow(
      'benefits does not own timebank.hours-posted.v1',
    );
  });
});
