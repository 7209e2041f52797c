import { row } from '@zhijia/database';
import { until } from '@zhijia/testing';
import {
  aMessage,
  accountOpened,
  byAggregate,
  deadLetterKey,
  hoursPosted,
  log,
  MessagingWorld,
  recordHours,
  upTo,
} from '../test/messaging-world.js';
import { DeadLetters } from './dead-letters.js';

describe('events that cannot be applied', () => {
  let world: MessagingWorld;

  beforeEach(async () => {
    world = await MessagingWorld.open();
    await world.topicsExist();
  });
  afterEach(() => world.close());

  it('applies the rest, keeps two dead letters and applies them when the cause is mended', async () => {
    let isMended = false;
    const reaction = recordHours('record-hours-when-posted', (event) => {
      if (event.payload.number === 555 && !isMended) throw new RangeError('Li Wei, 13800000000');
    });
    const service = world.service({ reactions: [reaction] });
    service.start();
    const messages = upTo(1_000).map((number) => aMessage(hoursPosted, `account-${number % 8}`, { number }));
    messages.splice(300, 1, { ...aMessage(hoursPosted, 'account-4', {}), value: '{"number": 300, "secret' });
    await world.produceRaw(hoursPosted.topic, messages);
    await world.settled('dead_letter', 2);
    await world.settled('effect', 998);
    for (const numbers of byAggregate(await world.effects()).values()) {
      expect(numbers).toEqual([...numbers].sort((left, right) => left - right));
    }

    const letters = await service.deadLetters.list();
    expect(
      letters.map(({ reaction: name, errorCode, errorType, attempts }) => ({ name, errorCode, errorType, attempts })),
    ).toEqual(
      expect.arrayContaining([
        { name: null, errorCode: 'payloadNotJson', errorType: 'UnreadableMessage', attempts: 1 },
        { name: 'record-hours-when-posted', errorCode: 'reactionFailed', errorType: 'RangeError', attempts: 4 },
      ]),
    );
    expect(JSON.stringify(letters)).not.toMatch(/\b555\b|secret|13800000000/);

    isMended = true;
    const report = await service.deadLetters.replay('all');
    expect(report.replayed).toHaveLength(1);
    expect(report.failed).toEqual([
      { id: letters.find((letter) => letter.reaction === null)?.id, errorCode: 'payloadNotJson' },
    ]);
    expect(await world.count('effect')).toBe(999);
    expect(await service.deadLetters.list()).toMatchObject([{ errorCode: 'payloadNotJson', attempts: 2 }]);
    expect(await service.deadLetters.replay('all')).toMatchObject({ replayed: [] });
    expect(await world.count('effect')).toBe(999);
  });

  it('applies a letter that could not be read once its contract is mended', async () => {
    const service = world.service({ reactions: [recordHours()] });
    service.start();
    await world.produceRaw(hoursPosted.topic, [aMessage(hoursPosted, 'account-1', { number: 'seven' })]);
    await world.settled('dead_letter', 1);
    const mended = {
      ...hoursPosted,
      schema: hoursPosted.schema.extend({ number: hoursPosted.schema.shape.number.catch(7) }),
    };
    const command = new DeadLetters({
      db: world.db,
      reactions: [{ ...recordHours(), contract: mended }],
      deadLetterKey,
      log,
    });
    const [letter] = await command.list();
    expect(await command.replay([letter?.id ?? ''])).toEqual({ replayed: [letter?.id], failed: [] });
    expect(await world.effects()).toEqual([{ aggregateId: 'account-1', number: 7 }]);
  });

  it('keeps what a letter carried sealed', async () => {
    const service = world.service({ reactions: [recordHours()] });
    service.start();
    const message = aMessage(hoursPosted, 'account-1', { number: 'canary-13800000000' });
    await world.produceRaw(hoursPosted.topic, [message]);
    await world.settled('dead_letter', 1);
    const stored = await row<{ text: string }>(
      world.db,
      `SELECT encode(sealed_message, 'escape') || dead_letter::text AS text FROM dead_letter`,
    );
    expect(stored?.text).not.toContain('canary');
    const stranger = new DeadLetters({
      db: world.db,
      reactions: [recordHours()],
      deadLetterKey: Buffer.alloc(32),
      log,
    });
    expect(await stranger.replay('all')).toMatchObject({ failed: [{ errorCode: 'sealedWithAnotherKey' }] });
  });

  it('refuses strangers on a topic, and messages that lack what an event has', async () => {
    const service = world.service({ reactions: [recordHours()] });
    service.start();
    const good = () => aMessage(hoursPosted, 'account-1', { number: 1 });
    const without = (header: string) => {
      const { [header]: _left, ...headers } = good().headers;
      return { ...good(), headers };
    };
    await world.produceRaw(hoursPosted.topic, [
      { ...good(), headers: { ...good().headers, ce_source: 'benefits' } },
      without('ce_id'),
      without('ce_type'),
      without('ce_source'),
      without('ce_time'),
      { ...good(), headers: { ...good().headers, ce_id: '1; DROP TABLE inbox' } },
      { ...good(), headers: { ...good().headers, ce_time: 'yesterday' } },
      { ...good(), key: null },
      good(),
    ]);
    await world.produceRaw(accountOpened.topic, [good()]);
    await world.settled('effect', 1);
    // Nothing of this service reads the other topic: the stranger there meets nobody.
    await world.settled('dead_letter', 8);
    const codes = (await service.deadLetters.list()).map((letter) => letter.errorCode);
    expect(codes.sort()).toEqual(
      [
        'foreignSource',
        ...Array<string>(4).fill('headerMissing'),
        'eventIdMalformed',
        'timeMalformed',
        'keyMissing',
      ].sort(),
    );
    expect((await service.metrics.readFigures()).consumer.unreadable).toBe(8);
  });

  it('refuses an event on a topic that is not its own', async () => {
    const service = world.service({
      reactions: [
        recordHours(),
        { name: 'know-account-when-opened', contract: accountOpened, handle: () => Promise.resolve() },
      ],
    });
    service.start();
    await world.produceRaw(accountOpened.topic, [aMessage(hoursPosted, 'account-1', { number: 1 })]);
    await world.settled('dead_letter', 1);
    expect(await service.deadLetters.list()).toMatchObject([{ errorCode: 'foreignTopic' }]);
  });

  it('counts types that nothing here reacts to, and goes on', async () => {
    const service = world.service({ reactions: [recordHours()] });
    service.start();
    const unknown = aMessage({ ...hoursPosted, type: 'timebank.hours-regretted.v9' }, 'account-1', {});
    const forged = aMessage({ ...hoursPosted, type: 'Ada Lovelace 13800000000' }, 'account-1', {});
    const tombstone = { key: 'account-1', value: null, headers: {} };
    await world.produceRaw(hoursPosted.topic, [
      unknown,
      unknown,
      forged,
      tombstone,
      aMessage(hoursPosted, 'account-1', { number: 1 }),
    ]);
    await world.settled('effect', 1);
    expect((await service.metrics.readFigures()).consumer.unknownTypes).toEqual({
      'timebank.hours-regretted.v9': 2,
      none: 1,
      // What is no type is somebody's text: counted, not repeated.
      other: 1,
    });
    expect(await world.count('dead_letter')).toBe(0);
  });

  it('keeps one letter, however often the same failure is delivered', async () => {
    const failing = recordHours('record-hours-when-posted', () => {
      throw new Error('never');
    });
    for (const group of ['timebank', 'again']) {
      // Another group reads everything from the start: a redelivery, for the database.
      const service = world.service({
        reactions: [failing],
        kafka: { ...world.kafka },
        source: 'timebank',
        published: [],
      });
      if (group === 'timebank') {
        const message = aMessage(hoursPosted, 'account-1', { number: 1 });
        await world.produceRaw(hoursPosted.topic, [message, message, { ...message, value: 'not JSON' }]);
      }
      service.start();
      await until(async () => (await service.metrics.readFigures()).consumer.unreadable === 1, {
        what: 'the unreadable one',
      });
      await world.settled('dead_letter', 2);
      await service.stop();
      const admin = world.rawKafka().admin();
      await admin.connect();
      await admin.deleteGroups([`${world.kafka.prefix}timebank`]);
      await admin.disconnect();
    }
    expect(await world.count('effect')).toBe(0);
  });
});
