import { row, rows } from '@zhijia/database';
import { currentTraceId, readTraceparent, runInSpan, startSpan } from '@zhijia/tracing';
import { accountOpened, hoursPosted, MessagingWorld, recordHours } from '../test/messaging-world.js';
import { ParkingLot } from './parking-lot.js';
import { Outbox } from './outbox.store.js';
import type { Reaction } from './reaction.js';

const traceparentOf = (digit: string): string => `00-${digit.repeat(32)}-${digit.repeat(16)}-00`;

/** Tells for each account that it is open, and what trace it worked in. */
function openAccounts(traces: (string | undefined)[]): Reaction<typeof hoursPosted> {
  return {
    name: 'open-account-when-hours-posted',
    contract: hoursPosted,
    async handle(tx, events) {
      traces.push(currentTraceId());
      await new Outbox().addAll(
        tx,
        accountOpened,
        events.map(({ aggregateId: accountId }) => ({ aggregateId: accountId, payload: { accountId } })),
      );
    },
  };
}

describe('the trace of an event', () => {
  let world: MessagingWorld;

  beforeEach(async () => {
    world = await MessagingWorld.open();
  });
  afterEach(() => world.close());

  const post = async (accountIds: readonly string[], digit: string): Promise<void> => {
    await runInSpan(startSpan('request', readTraceparent(traceparentOf(digit))), () =>
      world.db.transaction((tx) =>
        new Outbox().addAll(
          tx,
          hoursPosted,
          accountIds.map((aggregateId) => ({ aggregateId, payload: { number: 1 } })),
        ),
      ),
    );
  };
  const opened = async (): Promise<Record<string, string | null>> => {
    const found = await rows<{ id: string; traceparent: string | null }>(
      world.db,
      `SELECT aggregate_id AS id, traceparent FROM outbox WHERE type = $1`,
      [accountOpened.type],
    );
    return Object.fromEntries(found.map(({ id, traceparent }) => [id, traceparent]));
  };
  const untilOpened = async (count: number): Promise<void> => {
    await world.settled(`outbox WHERE type = '${accountOpened.type}'`, count);
  };

  it('goes through the broker and on to what its reaction tells', async () => {
    const traces: (string | undefined)[] = [];
    world.service({ reactions: [openAccounts(traces)] }).start();
    await post(['ada', 'bo'], 'a');
    await untilOpened(2);
    expect(await opened()).toEqual({ ada: traceparentOf('a'), bo: traceparentOf('a') });
    expect(new Set(traces)).toEqual(new Set(['a'.repeat(32)]));
  });

  it('stays with its aggregate where events of many traces are applied together', async () => {
    const traces: (string | undefined)[] = [];
    await post(['ada'], 'a');
    await post(['bo', 'cy'], 'b');
    await world.db.transaction((tx) => new Outbox().add(tx, hoursPosted, 'di', { number: 1 }));
    world.service({ kafka: { ...world.kafka, partitions: 1 }, reactions: [openAccounts(traces)] }).start();
    await untilOpened(4);
    const traceparents = await opened();
    expect(traceparents).toMatchObject({ ada: traceparentOf('a'), bo: traceparentOf('b'), cy: traceparentOf('b') });
    // Nobody's trace is told for what has none: the batch has its own.
    expect(traceparents['di']).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    expect([traceparentOf('a'), traceparentOf('b')]).not.toContain(traceparents['di']);
  });

  it('waits with an event that waits for its cause', async () => {
    const traces: (string | undefined)[] = [];
    const lot = new ParkingLot();
    const open = openAccounts(traces);
    const patient: Reaction<typeof hoursPosted> = {
      ...open,
      async handle(tx, events) {
        const isKnown = (await row(tx, `SELECT id FROM known_account WHERE id = 'ada'`)) !== null;
        if (isKnown) return open.handle(tx, events);
        await lot.parkAll(
          tx,
          open,
          events.map((event) => ({ event, waitsFor: 'account:ada' })),
        );
      },
    };
    world.service({ reactions: [patient] }).start();
    await post(['ada'], 'a');
    await world.settled('parked_event', 1);
    await world.db.transaction(async (tx) => {
      await tx.query(`INSERT INTO known_account (id) VALUES ('ada')`);
      await lot.wake(tx, ['account:ada']);
    });
    await untilOpened(1);
    expect(await opened()).toEqual({ ada: traceparentOf('a') });
    expect(traces).toEqual(['a'.repeat(32)]);
  });

  it('begins anew where a stranger sent something that is none', async () => {
    const traces: (string | undefined)[] = [];
    await world.db.transaction((tx) => new Outbox().add(tx, hoursPosted, 'ada', { number: 1 }));
    await world.db.query(`UPDATE outbox SET traceparent = 'Ada Lovelace, 13800000000'`);
    world.service({ reactions: [openAccounts(traces), recordHours()] }).start();
    await untilOpened(1);
    expect(JSON.stringify([traces, await opened()])).not.toContain('Ada');
  });
});
