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

/** What a broker answers that no longer leads, or not yet. */
const movedLeader = new Set(['NOT_LEADER_FOR_PARTITION', 'LEADER_NOT_AVAILABLE', 'UNKNOWN_TOPIC_OR_PARTITION']);

interface Reader {
  topics: readonly string[];
  consumer: Consumer;
  messages: Message[];
  nextOffsets: Map<string, number>;
}

export async function openBroker({ brokers, prefix }: Stack['kafka']): Promise<Broker> {
  const kafka = new Kafka({ clientId: 'journey', brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  let admin = kafka.admin();
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await Promise.all([admin.connect(), producer.connect()]);

  let reader: Reader | null = null;

  const ownTopics = async (): Promise<string[]> =>
    (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));

  /**
   * Where a topic's partitions begin and end. kafkajs asks the leader it remembers and does not look again when a young
   * topic has moved: a new connection does.
   */
  async function endsOf(topic: string): Promise<readonly { partition: number; high: number; low: number }[]> {
    const ends = await until(
      async () => {
        try {
          return await admin.fetchTopicOffsets(topic);
        } catch (error) {
          if (!movedLeader.has((error as { type?: string }).type ?? '')) throw error;
          await admin.disconnect();
          admin = kafka.admin();
          await admin.connect();
          return null;
        }
      },
      { what: `a leader of ${topic}`, everyMs: 200 },
    );
    return ends.map(({ partition, high, low }) => ({ partition, high: Number(high), low: Number(low) }));
  }

  async function isRead(group: string): Promise<boolean> {
    const read = await admin.fetchOffsets({ groupId: group });
    for (const { topic, partitions } of read) {
      for (const end of await endsOf(topic)) {
        const committed = Number(partitions.find(({ partition }) => partition === end.partition)?.offset ?? -1);
        if (end.high > 0 && committed < end.high) return false;
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
      for (const { partition, high, low } of await endsOf(topic)) {
        if (high === low) continue;
        await until(async () => (nextOffsets.get(`${topic}/${partition}`) ?? 0) >= high, {
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
