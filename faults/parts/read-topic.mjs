import { Kafka, logLevel } from 'kafkajs';
import { until } from '../../bench/parts/product.mjs';

/**
 * Every message of a topic as it lies there.
 *
 * @param {{ brokers: string, prefix: string }} broker
 * @returns `[{ partition, offset, timestamp, size, headers, payload }]`
 */
export async function readTopic({ brokers, prefix }, topic) {
  const kafka = new Kafka({ clientId: 'faults', brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(prefix + topic);
  await admin.disconnect();
  const count = ends.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
  const messages = [];
  const consumer = kafka.consumer({ groupId: `faults-${process.pid}-${Date.now()}`, maxWaitTimeInMs: 100 });
  await consumer.connect();
  try {
    await consumer.subscribe({ topics: [prefix + topic], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ partition, message }) => {
        const headers = Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]);
        messages.push({
          partition,
          offset: Number(message.offset),
          timestamp: Number(message.timestamp),
          size: message.size ?? message.value.length,
          headers: Object.fromEntries(headers),
          payload: JSON.parse(message.value.toString()),
        });
      },
    });
    await until(`${count} messages of ${topic}`, async () => messages.length >= count || null, { everyMs: 20 });
  } finally {
    await consumer.disconnect();
  }
  return messages;
}
