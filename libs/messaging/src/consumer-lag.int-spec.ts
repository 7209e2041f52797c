import { until } from '@zhijia/testing';
import { hoursPosted, Line, MessagingWorld, recordHours, upTo } from '../test/messaging-world.js';
import { ConsumerLag } from './consumer-lag.js';
import { createKafka } from './kafka-client.js';
import { log } from '../test/messaging-world.js';

describe('how far a consumer is behind', () => {
  let world: MessagingWorld;
  const line = new Line();

  beforeEach(async () => {
    world = await MessagingWorld.open();
  });
  afterEach(() => world.close());

  const lag = (): ConsumerLag => {
    const kafkaOptions = { ...world.kafka, openSocket: line.openSocket };
    const kafka = createKafka(kafkaOptions, 'operator', log);
    return new ConsumerLag({ kafka, kafkaOptions, group: 'timebank', topics: [hoursPosted.topic] });
  };
  /** Each asks anew: an answer is remembered for a while. */
  const readNow = async () => {
    const asking = lag();
    const answer = await asking.read();
    await asking.close();
    return answer;
  };

  it('is known from the broker, also before it began and after it ended', async () => {
    expect(await readNow()).toEqual([]);
    const sender = world.service();
    sender.start();
    await world.post(sender, 'account-1', ...upTo(5));
    await until(async () => (await readNow())?.[0]?.events === 5, { what: 'five events that nobody has read' });

    const reader = world.service({ reactions: [recordHours()] });
    reader.start();
    await until(async () => (await readNow())?.[0]?.events === 0, { what: 'the events to be read' });
    await reader.stop();

    await world.post(sender, 'account-1', 5, 6);
    await until(async () => (await readNow())?.[0]?.events === 2, { what: 'two events behind a consumer that ended' });
  });

  it('is not known while the broker is away, and again when it is back', async () => {
    const asking = lag();
    line.cut();
    expect(await asking.read()).toBeNull();
    line.mend();
    expect(await until(() => asking.read(), { what: 'an answer of the broker' })).toEqual([]);
    await asking.close();
  });
});
