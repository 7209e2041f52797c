import { execute, rows } from '@zhijia/database';
import { until } from '@zhijia/testing';
import type { EntityManager } from 'typeorm';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  aMessage,
  accountOpened,
  byAggregate,
  deadLetterKey,
  hoursPosted,
  log,
  MessagingWorld,
  recordEffects,
  upTo,
} from '../test/messaging-world.js';
import { DeadLetterStore } from './dead-letter.store.js';
import { ParkedEvents } from './parked-events.js';
import { ParkingLot } from './parking-lot.js';
import type { Reaction, ReceivedEvent } from './reaction.js';
import { Sealing } from './sealing.js';

const parkingLot = new ParkingLot();

/** Hours count for accounts that are known; others wait for the account. */
const recordHoursOfKnown: Reaction<typeof hoursPosted> = {
  name: 'record-hours-of-known-account-when-posted',
  contract: hoursPosted,
  async handle(tx, events) {
    const causeOf = (event: ReceivedEvent) => `account:${event.aggregateId}`;
    const waiting = await parkingLot.waiting(tx, this, events.map(causeOf));
    const known = new Set(
      (
        await rows<{ id: string }>(tx, `SELECT id FROM known_account WHERE id = ANY($1)`, [
          events.map((event) => event.aggregateId),
        ])
      ).map((account) => account.id),
    );
    const isReady = (event: ReceivedEvent) => known.has(event.aggregateId) && !waiting.has(causeOf(event));
    await recordEffects(tx, this.name, events.filter(isReady));
    await parkingLot.parkAll(
      tx,
      this,
      events.filter((event) => !isReady(event)).map((event) => ({ event, waitsFor: causeOf(event) })),
    );
  },
};

async function open(tx: EntityManager, ...accountIds: string[]): Promise<void> {
  await execute(tx, `INSERT INTO known_account SELECT unnest($1::text[]) ON CONFLICT DO NOTHING`, [accountIds]);
  await parkingLot.wake(
    tx,
    accountIds.map((id) => `account:${id}`),
  );
}

const knowAccountWhenOpened: Reaction<typeof accountOpened> = {
  name: 'know-account-when-opened',
  contract: accountOpened,
  handle: (tx, events) => open(tx, ...events.map((event) => event.payload.accountId)),
};

function hours(accountId: string, number: number): ReceivedEvent<{ number: number }> {
  return {
    id: crypto.randomUUID(),
    type: hoursPosted.type,
    source: 'timebank',
    occurredAt: new Date().toISOString(),
    aggregateId: accountId,
    traceparent: null,
    payload: { number },
  };
}

describe('an event before its cause', () => {
  let world: MessagingWorld;
  let parkedEvents: ParkedEvents;

  beforeEach(async () => {
    world = await MessagingWorld.open();
    parkedEvents = new ParkedEvents(
      world.db,
      [recordHoursOfKnown],
      new DeadLetterStore(new Sealing(deadLetterKey)),
      log,
    );
  });
  afterEach(() => world.close());

  it('waits, and is applied in order when its cause comes over another topic', async () => {
    await world.topicsExist();
    const service = world.service({ reactions: [recordHoursOfKnown, knowAccountWhenOpened] });
    service.start();
    const accounts = upTo(20).map((number) => `account-${number}`);
    await world.produceRaw(
      hoursPosted.topic,
      upTo(10).flatMap((number) => accounts.map((account) => aMessage(hoursPosted, account, { number }))),
    );
    await world.settled('parked_event', 200);
    expect(await world.count('effect')).toBe(0);
    expect((await service.metrics.readFigures()).parkedEvents).toBe(200);
    // The second half arrives while the first wakes.
    await Promise.all([
      world.produceRaw(
        accountOpened.topic,
        accounts.map((accountId) => aMessage(accountOpened, accountId, { accountId })),
      ),
      world.produceRaw(
        hoursPosted.topic,
        upTo(10).flatMap((number) =>
          accounts.map((account) => aMessage(hoursPosted, account, { number: number + 10 })),
        ),
      ),
    ]);
    await world.settled('effect', 400);
    for (const account of accounts) expect(byAggregate(await world.effects()).get(account)).toEqual(upTo(20));
    expect(await world.count('parked_event')).toBe(0);
    expect(await world.count('dead_letter')).toBe(0);
  });

  it('is applied when the cause commits between the look and the parking', async () => {
    const parker = world.db.createQueryRunner();
    await parker.startTransaction();
    // The look: the account is not there.
    expect(await rows(parker.manager, `SELECT FROM known_account WHERE id = 'account-1'`)).toEqual([]);
    await world.db.transaction((tx) => open(tx, 'account-1'));
    await parkingLot.park(parker.manager, recordHoursOfKnown, hours('account-1', 1), 'account:account-1');
    await parker.commitTransaction();
    await parker.release();
    await parkedEvents.askAllDue();
    expect(await world.effects()).toEqual([{ aggregateId: 'account-1', number: 1 }]);
  });

  it('is applied when the cause wakes before the parking commits and commits after it', async () => {
    const parker = world.db.createQueryRunner();
    await parker.startTransaction();
    await parkingLot.park(parker.manager, recordHoursOfKnown, hours('account-1', 1), 'account:account-1');
    const waking = world.db.transaction((tx) => open(tx, 'account-1'));
    await sleep(100);
    await parker.commitTransaction();
    await parker.release();
    await waking;
    await parkedEvents.askAllDue();
    expect(await world.count('effect')).toBe(1);
  });

  it('is applied when the cause commits while the reaction is asked again', async () => {
    await world.db.transaction((tx) => recordHoursOfKnown.handle(tx, [hours('account-1', 1)]));
    const waker = world.db.createQueryRunner();
    await waker.startTransaction();
    await open(waker.manager, 'account-1');
    const asking = parkedEvents.askAllDue();
    await sleep(200);
    await waker.commitTransaction();
    await waker.release();
    await asking;
    await parkedEvents.askAllDue();
    expect(await world.count('effect')).toBe(1);
    expect(await world.count('parked_event')).toBe(0);
  });

  it('is never left asleep, whoever comes first (2 x 300 times at once)', async () => {
    parkedEvents.start();
    const accounts = upTo(300).map((number) => `account-${number}`);
    const inTurn = async (work: (account: string) => Promise<void>) => {
      for (const account of accounts) await work(account);
    };
    await Promise.all([
      inTurn((account) => world.db.transaction((tx) => recordHoursOfKnown.handle(tx, [hours(account, 1)]))),
      inTurn((account) => world.db.transaction((tx) => open(tx, account))),
      inTurn((account) => world.db.transaction((tx) => recordHoursOfKnown.handle(tx, [hours(account, 2)]))),
    ]);
    await world.settled('effect', 600);
    await parkedEvents.stop();
    expect(await world.count('parked_event')).toBe(0);
  });

  it('would be left asleep by a parking that takes no lock (red control)', async () => {
    const parker = world.db.createQueryRunner();
    await parker.startTransaction();
    await execute(
      parker.manager,
      `INSERT INTO parked_event (reaction, event_id, waits_for, event, ask_at)
       VALUES ($1, gen_random_uuid(), 'account:account-1', $2, 'infinity')`,
      [recordHoursOfKnown.name, JSON.stringify(hours('account-1', 1))],
    );
    await world.db.transaction((tx) => open(tx, 'account-1'));
    await parker.commitTransaction();
    await parker.release();
    await parkedEvents.askAllDue();
    expect(await world.count('effect')).toBe(0);
    expect(await world.count('parked_event')).toBe(1);
  });

  it('sleeps between the questions, longer each time, and is woken all the same', async () => {
    await world.db.transaction((tx) => recordHoursOfKnown.handle(tx, [hours('account-1', 1), hours('account-1', 2)]));
    await parkedEvents.askAllDue();
    const waits = await rows<{ due: boolean }>(
      world.db,
      `SELECT ask_at > now() + interval '50 seconds' AS due FROM parked_event`,
    );
    expect(waits).toEqual([{ due: true }, { due: true }]);
    await world.db.transaction((tx) => open(tx, 'account-1'));
    await parkedEvents.askAllDue();
    expect((await world.effects()).map((effect) => effect.number)).toEqual([1, 2]);
  });

  it('becomes a dead letter when its reaction keeps failing, and those behind it go on in order', async () => {
    const failing: Reaction<typeof hoursPosted> = {
      ...recordHoursOfKnown,
      async handle(tx, events) {
        await recordHoursOfKnown.handle(tx, events);
        if (events.some((event) => event.payload.number === 2)) throw new Error('never');
      },
    };
    const letters = new DeadLetterStore(new Sealing(deadLetterKey));
    const impatient = new ParkedEvents(world.db, [failing], letters, log, { attempts: 2, pollMs: 50 });
    await world.db.transaction((tx) =>
      recordHoursOfKnown.handle(
        tx,
        [1, 2, 3].map((number) => hours('account-1', number)),
      ),
    );
    await world.db.transaction((tx) => open(tx, 'account-1'));
    impatient.start();
    await until(async () => (await world.count('parked_event')) === 0, { what: 'all to leave' });
    await impatient.stop();
    expect((await world.effects()).map((effect) => effect.number)).toEqual([1, 3]);
    expect(await letters.list(world.db, 10)).toMatchObject([{ errorCode: 'reactionFailed', attempts: 2 }]);
  });

  it('is parked and unparked by many workers at once without a deadlock that lasts', async () => {
    const others = upTo(2).map(
      () => new ParkedEvents(world.db, [recordHoursOfKnown], new DeadLetterStore(new Sealing(deadLetterKey)), log),
    );
    others.forEach((other) => other.start());
    const accounts = upTo(50).map((number) => `account-${number}`);
    for (const number of upTo(10)) {
      await world.db.transaction((tx) =>
        recordHoursOfKnown.handle(
          tx,
          accounts.map((account) => hours(account, number)),
        ),
      );
    }
    await world.db.transaction((tx) => open(tx, ...accounts));
    await world.settled('effect', 500);
    await Promise.all(others.map((other) => other.stop()));
    for (const numbers of byAggregate(await world.effects()).values()) expect(numbers).toEqual(upTo(10));
  });
});
