import { Kafka, logLevel, type Consumer } from 'kafkajs';
import { until } from '@zhijia/testing';
import type { Stack, SubgraphName } from './product.js';

/** A message as it lies in a topic, the topic without the prefix of this stack. */
export interface Message {
  topic: string;
  key: string;
  headers: Record<string, string>;
  value: string;
}

/** The stack's broker, past the product: who can reach it can write anything. */
export interface Broker {
  send(...messages: readonly Message[]): Promise<void>;
  /** Everything that lies in this stack's topics. */
  readAll(): Promise<readonly Message[]>;
  /** Until this service's consumer has committed the end of every topic it reads: nothing holds it up. */
  untilRead(service: SubgraphName): Promise<void>;
  close(): Promise<void>;
}

interface Reader {
  topics: readonly string[];
  consumer: Consumer;
  messages: Message[];
  nextOffsets: Map<string, number>;
}

export async function openBroker({ brokers, prefix }: Stack['kafka']): Promise<Broker> {
  const kafka = new Kafka({ clientId: 'journey', brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await Promise.all([admin.connect(), producer.connect()]);

  let reader: Reader | null = null;

  const ownTopics = async (): Promise<string[]> =>
    (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));

  async function isRead(group: string): Promise<boolean> {
    const read = await admin.fetchOffsets({ groupId: group });
    for (const { topic, partitions } of read) {
      for (const end of await admin.fetchTopicOffsets(topic)) {
        const committed = Number(partitions.find(({ partition }) => partition === end.partition)?.offset ?? -1);
        if (Number(end.high) > 0 && committed < Number(end.high)) return false;
      }
    }
    return read.length > 0;
  }

  /** One consumer for all readings: joining its group costs seconds. */
  async function startReader(topics: string[]): Promise<Reader> {
    const messages: Message[] = [];
    const nextOffsets = new Map<string, number>();
    const consumer = kafka.consumer({ groupId: `${prefix}journey`, maxWaitTimeInMs: 100 });
    await consumer.connect();
    await consumer.subscribe({ topics, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ topic, partition, message }) => {
        messages.push({
          topic: topic.slice(prefix.length),
          key: message.key?.toString() ?? '',
          headers: Object.fromEntries(
            Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]),
          ),
          value: message.value?.toString() ?? '',
        });
        nextOffsets.set(`${topic}/${partition}`, Number(message.offset) + 1);
      },
    });
    return { topics, consumer, messages, nextOffsets };
  }

  async function readAll(): Promise<readonly Message[]> {
    const topics = await ownTopics();
    if (reader !== null && !topics.every((topic) => reader?.topics.includes(topic))) {
      // A topic that was made since: it is read by who asks for it at the start.
      await reader.consumer.disconnect();
      reader = null;
    }
    reader ??= await startReader(topics);
    const { messages, nextOffsets } = reader;
    for (const topic of topics) {
      for (const { partition, high, low } of await admin.fetchTopicOffsets(topic)) {
        if (Number(high) === Number(low)) continue;
        await until(async () => (nextOffsets.get(`${topic}/${partition}`) ?? 0) >= Number(high), {
          what: `${topic}/${partition} to be read to its end`,
        });
      }
    }
    return messages;
  }

  return {
    readAll,
    send: async (...messages) => {
      for (const { topic, ...message } of messages) {
        await producer.send({ topic: prefix + topic, messages: [message] });
      }
    },
    untilRead: async (service) => {
      await until(() => isRead(prefix + service), { what: `${service} to have read its topics`, everyMs: 100 });
    },
    close: async () => {
      await Promise.all([admin.disconnect(), producer.disconnect(), reader?.consumer.disconnect()]);
    },
  };
}
