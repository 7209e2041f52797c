import type { EventContract } from '@zhijia/contracts';
import type { Log } from '@zhijia/logging';
import './still-request-queue.js';
import { Kafka, logLevel, type logCreator, type SASLOptions } from 'kafkajs';
import type { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';

/** Where the broker is. Everything else about it stays inside this library. */
export interface KafkaOptions {
  readonly brokers: readonly string[];
  /** Put before every topic and group name, so that several installations or tests share one broker. */
  readonly prefix?: string | undefined;
  readonly ssl?: ConnectionOptions | boolean | undefined;
  readonly sasl?: SASLOptions | undefined;
  /** Of topics that do not exist yet. Later changes are the operator's: a key moves with the count. */
  readonly partitions?: number | undefined;
  /** -1: what the broker is set to. */
  readonly replicationFactor?: number | undefined;
  /** Of topics that do not exist yet. Shorter than the inbox remembers, or an old event could be applied twice. */
  readonly topicRetentionDays?: number | undefined;
  /** How a broker is reached when not directly: through a tunnel, or through a test that cuts the line. */
  readonly openSocket?: ((host: string, port: number) => Socket) | undefined;
}

export function createKafka(options: KafkaOptions, clientId: string, log: Log): Kafka {
  const { openSocket } = options;
  return new Kafka({
    clientId,
    brokers: [...options.brokers],
    ...(options.ssl === undefined ? {} : { ssl: options.ssl }),
    ...(options.sasl === undefined ? {} : { sasl: options.sasl }),
    ...(openSocket === undefined
      ? {}
      : {
          socketFactory: ({ host, port, onConnect }) => openSocket(host, port).once('connect', onConnect),
        }),
    connectionTimeout: 3_000,
    // An answer that does not come (a frozen broker) is found out by this alone; above what a produce may take.
    requestTimeout: 8_000,
    // Short: the loops around it know what they wait for, and can be stopped.
    retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 1_000 },
    logLevel: logLevel.INFO,
    logCreator: writeTo(log),
  });
}

export function topicName(options: KafkaOptions, topic: string): string {
  return `${options.prefix ?? ''}${topic}`;
}

/**
 * The client calls every retry an error and passes whole errors of ours: what it tries again is told as a warning, the
 * rest as detail, and of each line only the sentence.
 */
function writeTo(log: Log): logCreator {
  return () =>
    ({ namespace, level, log: line }) => {
      const detail = { kafka: namespace };
      if (level === logLevel.ERROR || level === logLevel.WARN) log.debug(detail, line.message);
      else log.trace(detail, line.message);
    };
}

/**
 * Creates the topics of these contracts that do not exist yet.
 *
 * @throws when the broker is away or refuses.
 */
export async function ensureTopics(
  kafka: Kafka,
  options: KafkaOptions,
  contracts: readonly EventContract[],
): Promise<void> {
  const wanted = [...new Set(contracts.map((contract) => topicName(options, contract.topic)))];
  if (wanted.length === 0) return;
  const admin = kafka.admin();
  try {
    await admin.connect();
    const existing = new Set(await admin.listTopics());
    const missing = wanted.filter((topic) => !existing.has(topic));
    if (missing.length === 0) return;
    await admin.createTopics({
      waitForLeaders: true,
      topics: missing.map((topic) => ({
        topic,
        numPartitions: options.partitions ?? 6,
        replicationFactor: options.replicationFactor ?? -1,
        configEntries: [{ name: 'retention.ms', value: String((options.topicRetentionDays ?? 7) * 86_400_000) }],
      })),
    });
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
