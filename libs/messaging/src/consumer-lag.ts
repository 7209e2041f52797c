import type { Admin, Kafka } from 'kafkajs';
import { topicName, type KafkaOptions } from './kafka-client.js';
import { within } from './patience.js';

export interface TopicLag {
  /** Without the prefix of the installation. */
  readonly topic: string;
  /** Events in the topic that the group has not committed. */
  readonly events: number;
}

export interface ConsumerLagParts {
  readonly kafka: Kafka;
  readonly kafkaOptions: KafkaOptions;
  readonly group: string;
  readonly topics: readonly string[];
}

const patienceMs = 2_000;
const rememberedMs = 5_000;

/**
 * How far a group is behind, by what the broker knows: true also where its consumers stand still or are gone. Whoever
 * asks often is answered from memory.
 */
export class ConsumerLag {
  private admin: Admin | null = null;
  private asked: { readonly atMs: number; readonly answer: Promise<readonly TopicLag[] | null> } | null = null;
  private isStopped = false;

  constructor(private readonly parts: ConsumerLagParts) {}

  /** Null while the broker is away. */
  read(): Promise<readonly TopicLag[] | null> {
    if (this.asked === null || Date.now() - this.asked.atMs > rememberedMs) {
      this.asked = { atMs: Date.now(), answer: within(patienceMs, this.ask(), null) };
    }
    return this.asked.answer;
  }

  async close(): Promise<void> {
    this.isStopped = true;
    const closing = this.admin;
    this.admin = null;
    await closing?.disconnect().catch(() => undefined);
  }

  private async ask(): Promise<readonly TopicLag[] | null> {
    if (this.isStopped) return null;
    const admin = (this.admin ??= this.parts.kafka.admin());
    try {
      await admin.connect();
      return await this.lagOf(admin);
    } catch {
      if (this.admin === admin) this.admin = null;
      await admin.disconnect().catch(() => undefined);
      return null;
    }
  }

  private async lagOf(admin: Admin): Promise<readonly TopicLag[]> {
    const { kafkaOptions, group, topics } = this.parts;
    const existing = new Set(await admin.listTopics());
    const known = topics.filter((topic) => existing.has(topicName(kafkaOptions, topic)));
    if (known.length === 0) return [];
    const committed = await admin.fetchOffsets({
      groupId: topicName(kafkaOptions, group),
      topics: known.map((topic) => topicName(kafkaOptions, topic)),
    });
    return Promise.all(
      known.map(async (topic) => {
        const name = topicName(kafkaOptions, topic);
        const offsets = committed.find((found) => found.topic === name)?.partitions ?? [];
        const ends = await admin.fetchTopicOffsets(name);
        const behind = ends.map(({ partition, low, high }) => {
          const offset = Number(offsets.find((found) => found.partition === partition)?.offset ?? -1);
          // Nothing committed yet: the group will begin with what is still there.
          return Math.max(0, Number(high) - Math.max(Number(low), offset));
        });
        return { topic, events: behind.reduce((sum, events) => sum + events, 0) };
      }),
    );
  }
}
