import { randomUUID } from 'node:crypto';

export interface TestKafka {
  brokers: string[];
  /** Put before every topic and group name: test files share one broker and never each other's events. */
  prefix: string;
}

/** The broker that `npm test` started. */
export function testKafka(): TestKafka {
  const brokers = process.env['TEST_KAFKA_BROKERS'];
  if (brokers === undefined) throw new Error('TEST_KAFKA_BROKERS is not set: run tests with `npm test -- <file>`');
  return { brokers: brokers.split(','), prefix: `t${randomUUID().slice(0, 8)}.` };
}
