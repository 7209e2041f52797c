import { appendFileSync, readFileSync } from 'node:fs';
import { until } from '@zhijia/testing';
import { openBroker } from '../support/broker.js';
import { personalNumbersOf } from '../support/county.js';
import { findNumbers } from '../support/find-numbers.js';
import { memberCount, pointsPerMember, subgraphs, type World } from './world.js';

export function whatIsLeft(world: World): void {
  describe('after all of this', () => {
    world.step('everybody who took part was rewarded once, and nobody else', async () => {
      const settled = async () =>
        world.product.rows<{ members: string; rewards: string; points: string }>(
          'benefits',
          `SELECT count(DISTINCT member_id) AS members, count(*) AS rewards, sum(points) AS points
             FROM reward WHERE campaign_id = $1`,
          [world.campaignId],
        );
      await until(async () => Number((await settled())[0]?.rewards) >= memberCount - 1, {
        what: 'the rewards',
        withinMs: 45_000,
      });
      const voters = String(memberCount - 1);
      expect(await settled()).toEqual([
        { members: voters, rewards: voters, points: String((memberCount - 1) * pointsPerMember) },
      ]);
    });

    world.step('no event became a dead letter, and nothing waits to be published', async () => {
      for (const service of subgraphs) {
        const [left] = await world.product.rows<{ letters: string }>(
          service,
          'SELECT count(*) AS letters FROM dead_letter',
        );
        expect({ service, letters: left?.letters }).toEqual({ service, letters: '0' });
        await until(
          async () =>
            (await world.product.rows(service, 'SELECT 1 FROM outbox WHERE published_at IS NULL')).length === 0,
          { what: `the outbox of ${service} to be empty` },
        );
      }
    });

    world.step('no service met anything unexpected', async () => {
      for (const service of [...subgraphs, 'gateway'] as const) {
        const log = readFileSync(world.product.stack.logOf(service), 'utf8');
        const errors = log.split('\n').filter((line) => /"level":("error"|"fatal"|50|60)/.test(line));
        expect({ service, errors }).toEqual({ service, errors: [] });
      }
    });

    world.step('no ID or phone number stands in a log, a row, an event or an answer', async () => {
      const broker = await openBroker(world.product.stack.kafka);
      try {
        const numbers = [...personalNumbersOf(world.members), ...world.refusedNumbers];
        expect(await findNumbers(world.product, broker, numbers)).toEqual([]);

        // The search sees what is planted: each kind of place, in the clear and as bytes.
        const planted = '990000190001019999';
        appendFileSync(world.product.stack.logOf('timebank'), `{"msg":"${planted}"}\n`);
        await world.product.rows(
          'benefits',
          `INSERT INTO outbox (type, topic, aggregate_id, payload, published_at)
           VALUES ('t', 't', 'planted', jsonb_build_object('note', $1::text), now())`,
          [planted],
        );
        await world.product.rows('evaluations', `CREATE TABLE planted AS SELECT convert_to($1, 'UTF8') AS bytes`, [
          planted,
        ]);
        await broker.send({ topic: 'members.member', key: 'planted', headers: {}, value: planted });
        await world.product.ask(
          world.county.member(0),
          `query { organisation(id: "${planted}") { id } x${planted}: me { id } }`,
        );
        expect(await findNumbers(world.product, broker, [planted])).toEqual([
          'answer',
          'log timebank',
          'table benefits.outbox',
          'table evaluations.planted',
          'topic members.member',
        ]);
      } finally {
        await broker.close();
      }
    });
  });
}
