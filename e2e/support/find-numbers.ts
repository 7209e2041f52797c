import { readFileSync } from 'node:fs';
import { ByteSearch, shortestNeedleBytes, spellingsOf } from '@zhijia/testing';
import type { Broker } from './broker.js';
import type { Product, ServiceName, SubgraphName } from './product.js';

const subgraphs: readonly SubgraphName[] = ['members', 'timebank', 'evaluations', 'benefits'];
const services: readonly ServiceName[] = [...subgraphs, 'gateway'];

/**
 * The places in which one of these numbers stands, however it is spelled: `log members`, `table benefits.outbox`, `topic
 * members.member`, `answer`. Looks through every log, every row of every table, every message and every answer.
 */
export async function findNumbers(
  product: Product,
  broker: Broker,
  numbers: readonly string[],
): Promise<readonly string[]> {
  const found = new Set<string>();
  // Of a short word some spellings are too short to be anybody's.
  const spellings = numbers.flatMap(spellingsOf).filter(({ bytes }) => bytes.length >= shortestNeedleBytes);
  const search = new ByteSearch(spellings);
  const holdsOne = (text: string): boolean => search.in(Buffer.from(text)).length > 0;

  for (const service of services) {
    if (holdsOne(readFileSync(product.stack.logOf(service), 'utf8'))) found.add(`log ${service}`);
  }
  for (const service of subgraphs) {
    const tables = await product.rows<{ name: string }>(
      service,
      // Partitions are read through their table: those of a finished campaign go at any time.
      `SELECT oid::regclass::text AS name FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1`,
    );
    for (const { name } of tables) {
      const rows = await product.rows<{ text: string }>(service, `SELECT each::text AS text FROM ${name} AS each`);
      if (rows.some(({ text }) => holdsOne(text))) found.add(`table ${service}.${name}`);
    }
  }
  for (const { topic, key, headers, value } of await broker.readAll()) {
    if (holdsOne(JSON.stringify([key, headers, value]))) found.add(`topic ${topic}`);
  }
  if (product.answers.some(holdsOne)) found.add('answer');
  return [...found].sort();
}
