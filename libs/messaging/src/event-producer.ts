import type { EventContract } from '@zhijia/contracts';
import { Partitioners, type Kafka, type Producer, type TopicMessages } from 'kafkajs';
import { ensureTopics, topicName, type KafkaOptions } from './kafka-client.js';
import type { OutboxRow } from './relay-session.js';
import { writeMessage } from './wire-message.js';

/** A broker takes 1,048,588 bytes a batch and partition; headers and framing are counted generously below. */
const mostBytesTogether = 800_000;
const bytesAroundPayload = 400;

/** Sends rows to the broker in their order, or fails as a whole. */
export class EventProducer {
  private producer: Producer | null = null;

  constructor(
    private readonly kafka: Kafka,
    private readonly options: KafkaOptions,
    private readonly source: string,
    private readonly published: readonly EventContract[],
  ) {}

  /**
   * Resolves when all in-sync replicas have all rows. After a failure some may be there: sent again they are
   * duplicates, which inboxes drop, and never out of order.
   */
  async send(rows: readonly OutboxRow[]): Promise<void> {
    try {
      this.producer ??= await this.connect();
      for (const part of inParts(rows)) {
        await this.producer.sendBatch({ acks: -1, timeout: 5_000, topicMessages: this.byTopic(part) });
      }
    } catch (error) {
      // A fresh producer, with sequence numbers of its own: the broker may have kept the failed batch, and would take
      // other rows under the same numbers for a repetition of it and drop them in silence.
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const closing = this.producer;
    this.producer = null;
    await closing?.disconnect().catch(() => undefined);
  }

  private async connect(): Promise<Producer> {
    await ensureTopics(this.kafka, this.options, this.published);
    const producer = this.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
      retry: { retries: 2, initialRetryTime: 100, maxRetryTime: 1_000 },
    });
    try {
      await producer.connect();
      return producer;
    } catch (error) {
      await producer.disconnect().catch(() => undefined);
      throw error;
    }
  }

  private byTopic(rows: readonly OutboxRow[]): TopicMessages[] {
    const byTopic = new Map<string, TopicMessages>();
    for (const row of rows) {
      const { key, headers, value } = writeMessage(
        {
          id: row.eventId,
          type: row.type,
          source: this.source,
          occurredAt: row.occurredAt,
          aggregateId: row.aggregateId,
          traceparent: row.traceparent,
          payload: null,
        },
        row.topic,
        row.payload,
      );
      const topic = topicName(this.options, row.topic);
      const messages = byTopic.get(topic) ?? { topic, messages: [] };
      messages.messages.push({ key, headers: { ...headers }, value });
      byTopic.set(topic, messages);
    }
    return [...byTopic.values()];
  }
}

function* inParts(rows: readonly OutboxRow[]): Generator<OutboxRow[]> {
  let part: OutboxRow[] = [];
  let partBytes = 0;
  for (const row of rows) {
    const rowBytes = Buffer.byteLength(row.payload) + bytesAroundPayload;
    if (part.length > 0 && partBytes + rowBytes > mostBytesTogether) {
      yield part;
      part = [];
      partBytes = 0;
    }
    part.push(row);
    partBytes += rowBytes;
  }
  if (part.length > 0) yield part;
}
