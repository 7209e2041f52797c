import { defineEvent } from '@zhijia/contracts';
import { z } from 'zod';

/** The bench's own event: as much as a ballot's taking part says. */
export const told = defineEvent({
  type: 'bench.thing-told.v1',
  topic: 'bench.thing',
  schema: z.object({ number: z.number().int(), campaignId: z.uuid(), memberId: z.uuid() }),
});

export const effectTable = `CREATE TABLE effect (number bigint PRIMARY KEY, member_id uuid NOT NULL)`;

/** As little as a reaction can do: a row for each event, one statement for a batch. */
export const keepWhatWasTold = {
  name: 'keep-what-was-told',
  contract: told,
  handle: (tx, events) =>
    tx.query(`INSERT INTO effect (number, member_id) SELECT * FROM unnest($1::bigint[], $2::uuid[])`, [
      events.map(({ payload }) => payload.number),
      events.map(({ payload }) => payload.memberId),
    ]),
};
