import fc from 'fast-check';
import { defineEvent } from '@zhijia/contracts';
import { z } from 'zod';
import type { ReceivedEvent } from './reaction.js';
import { readMessage, writeMessage } from './wire-message.js';

const hoursPosted = defineEvent({
  type: 'timebank.hours-posted.v1',
  topic: 'timebank.account',
  schema: z.object({ number: z.int() }),
});
const contracts = new Map([[hoursPosted.type, hoursPosted]]);

describe('a message on the wire', () => {
  it('reads back as it was written', () => {
    fc.assert(
      fc.property(
        fc.record({
          id: fc.uuid(),
          aggregateId: fc.string({ minLength: 1, unit: 'grapheme' }),
          occurredAt: fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
          traceparent: fc.option(fc.constant('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01')),
          number: fc.integer(),
        }),
        ({ number, ...given }) => {
          const event: ReceivedEvent = { ...given, type: hoursPosted.type, source: 'timebank', payload: { number } };
          const message = writeMessage(event, hoursPosted.topic, JSON.stringify(event.payload));
          expect(readMessage(message, contracts)).toEqual({ kind: 'event', event });
        },
      ),
    );
  });

  it('never throws, whatever arrives', () => {
    const header = fc.option(
      fc.oneof(fc.string(), fc.constantFrom(hoursPosted.type, 'timebank', crypto.randomUUID(), '2026-01-01T00:00:00Z')),
      { nil: undefined },
    );
    fc.assert(
      fc.property(
        fc.record({ ce_id: header, ce_type: header, ce_source: header, ce_time: header }),
        fc.option(fc.string()),
        fc.option(fc.uint8Array().map((bytes) => Buffer.from(bytes))),
        (given, key, value) => {
          const headers = Object.fromEntries(
            Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined),
          );
          const { kind } = readMessage({ topic: hoursPosted.topic, key, headers, value }, contracts);
          expect(['event', 'unknownType', 'unreadable']).toContain(kind);
        },
      ),
    );
  });
});
