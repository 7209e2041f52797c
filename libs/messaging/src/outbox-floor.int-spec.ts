import { setTimeout as sleep } from 'node:timers/promises';
import { rows } from '@zhijia/database';
import { until } from '@zhijia/testing';
import { hoursPosted, MessagingWorld } from '../test/messaging-world.js';
import { OutboxFloor } from './outbox-floor.js';
import { Outbox } from './outbox.store.js';

describe('OutboxFloor', () => {
  const outbox = new Outbox();
  let world: MessagingWorld;

  beforeEach(async () => {
    world = await MessagingWorld.open();
  });
  afterEach(() => world.close());

  const add = (number: number) =>
    world.db.transaction((tx) => outbox.add(tx, hoursPosted, `account-${number}`, { number }));

  /** One look of a relay; whether it knew anew how far the outbox is decided. */
  async function look(floor: OutboxFloor): Promise<{ ids: number[]; isDecided: boolean }> {
    const decidedId = await floor.decided();
    const found = await rows<{ id: number }>(
      world.db,
      `SELECT id FROM outbox WHERE published_at IS NULL AND id > $1 ORDER BY id`,
      [floor.id],
    );
    floor.raise(decidedId, found[0]?.id ?? null);
    return { ids: found.map(({ id }) => id), isDecided: decidedId !== null };
  }

  const publish = () => world.db.query(`UPDATE outbox SET published_at = now() WHERE published_at IS NULL`);

  async function lookUntilDecided(floor: OutboxFloor, times = 1): Promise<void> {
    let decided = 0;
    await until(
      async () => {
        decided += Number((await look(floor)).isDecided);
        return decided >= times;
      },
      { what: 'the outbox to be decided' },
    );
  }

  it('rises to what is published, and stays below what is not', async () => {
    const floor = new OutboxFloor(world.db);
    await add(1);
    await add(2);
    await lookUntilDecided(floor);
    expect(floor.id).toBe(0);
    await publish();
    await add(3);
    await lookUntilDecided(floor, 2);
    expect(floor.id).toBe(2);
    expect((await look(floor)).ids).toEqual([3]);
  });

  it('stays where it is before the first event', async () => {
    const floor = new OutboxFloor(world.db);
    await lookUntilDecided(floor, 2);
    expect(floor.id).toBe(0);
    await add(1);
    expect((await look(floor)).ids).toEqual([1]);
  });

  it.each([
    ['alone', 0],
    ['and others wrote after it', 3],
  ])('waits for a transaction that took its id and has not ended, %s', async (_case, others) => {
    const floor = new OutboxFloor(world.db);
    await add(1);
    await publish();
    const late = world.db.createQueryRunner();
    await late.startTransaction();
    await outbox.add(late.manager, hoursPosted, 'late', { number: 0 });
    for (let number = 0; number < others; number += 1) await add(number);
    await publish();
    // Time enough to be asked and answered several times, were it not for the one that runs.
    const end = Date.now() + 700;
    while (Date.now() < end) {
      await look(floor);
      await sleep(20);
    }
    expect(floor.id).toBeLessThan(2);
    await late.commitTransaction();
    await late.release();
    expect((await look(floor)).ids).toEqual([2]);
    await publish();
    await lookUntilDecided(floor, 2);
    expect(floor.id).toBe(2 + others);
  });

  it('rests on a number before each insert, and on ids that are handed out singly', async () => {
    await expect(
      world.db.query(
        `SELECT tgtype & 2 = 2 AS "isBefore", tgtype & 1 = 0 AS "isOnceAStatement", seqcache
           FROM pg_trigger, pg_sequence
          WHERE tgname = 'outbox_id_follows_its_transaction' AND seqrelid = 'outbox_id_seq'::regclass`,
      ),
    ).resolves.toEqual([{ isBefore: true, isOnceAStatement: true, seqcache: 1 }]);
  });
});
