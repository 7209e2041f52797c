import { randomUUID } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';

/** Topic, batch and acknowledgements as the relay has them; only rows, headers from rows and marks are left out. */
export async function openBareProducer(bench, broker, { partitions, together }) {
  const kafka = new Kafka({ clientId: 'bare', brokers: [broker], logLevel: logLevel.NOTHING });
  const topic = 'bench-bare';
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: partitions }] });
  await admin.disconnect();
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1, allowAutoTopicCreation: false });
  await producer.connect();
  bench.undo(() => producer.disconnect());

  return async (payloads) => {
    const messages = payloads.map((payload) => ({
      key: randomUUID(),
      value: JSON.stringify(payload),
      headers: {
        ce_specversion: '1.0',
        ce_id: randomUUID(),
        ce_type: 'bench.thing-told.v1',
        ce_source: 'bench',
        ce_time: new Date().toISOString(),
        'content-type': 'application/json',
      },
    }));
    const began = performance.now();
    for (let first = 0; first < messages.length; first += together) {
      await producer.send({ topic, acks: -1, messages: messages.slice(first, first + together) });
    }
    return messages.length / ((performance.now() - began) / 1_000);
  };
}
