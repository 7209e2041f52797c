import type { EventContract, PayloadOf } from '@zhijia/contracts';
import { execute } from '@zhijia/database';
import { currentTraceparent } from '@zhijia/tracing';
import type { EntityManager } from 'typeorm';
import { lockSpace, messagingLock } from './advisory-locks.js';

/** Well below what a broker takes (1 MB), and far above what ids and facts need. */
const largestPayloadBytes = 64 * 1024;

/** The channel on which a sleeping relay listens. */
export const outboxChannel = 'zhijia_outbox';

export interface OutboxItem<Payload> {
  readonly aggregateId: string;
  readonly payload: Payload;
}

/** A payload that breaks its own contract: a mistake of the sender, found before anything is written. */
export class EventContractError extends Error {
  constructor(
    readonly eventType: string,
    /** Paths and what is wrong there, never values. */
    readonly problems: readonly string[],
  ) {
    super(`${eventType} does not keep its contract: ${problems.join('; ')}`);
    this.name = 'EventContractError';
  }
}

/**
 * Events leave a service as rows written in the transaction of their cause, so that neither exists without the other.
 * Order per aggregate is the order of the rows: the caller locks the aggregate before it adds an event about it.
 * A row keeps the trace of the work that adds it, so that whoever reacts to it goes on with that.
 */
export class Outbox {
  /**
   * Adds one event to the caller's transaction.
   *
   * @throws EventContractError when the payload breaks the contract, RangeError when it is too large.
   */
  async add<Contract extends EventContract>(
    tx: EntityManager,
    contract: Contract,
    aggregateId: string,
    payload: PayloadOf<Contract>,
  ): Promise<void> {
    await this.addAll(tx, contract, [{ aggregateId, payload }]);
  }

  /** Adds many events of one contract, in the order given, with one statement. */
  async addAll<Contract extends EventContract>(
    tx: EntityManager,
    contract: Contract,
    items: readonly OutboxItem<PayloadOf<Contract>>[],
  ): Promise<void> {
    if (items.length === 0) return;
    await execute(tx, insertAndWake, [
      contract.type,
      contract.topic,
      items.map((item) => item.aggregateId),
      items.map((item) => payloadText(contract, item.payload)),
      items.map((item) => currentTraceparent(item.aggregateId) ?? null),
      lockSpace.messaging,
      messagingLock.relaySleeps,
    ]);
  }
}

/**
 * NOTIFY makes committers queue behind one lock of the whole server, so it is sent only to a relay that sleeps. A
 * relay falls asleep holding the lock that each writer tries here in shared mode and keeps until its commit: whoever
 * gets it knows that the relay looks again after this commit, whoever does not sends the notice. No row is overslept.
 */
const insertAndWake = `
  WITH moment AS MATERIALIZED (SELECT zhijia_now() AS now), added AS (
    INSERT INTO outbox (type, topic, aggregate_id, payload, traceparent, occurred_at)
    SELECT $1, $2, item.aggregate_id, item.payload::jsonb, item.traceparent, moment.now
    FROM unnest($3::text[], $4::text[], $5::text[]) WITH ORDINALITY
      AS item (aggregate_id, payload, traceparent, position), moment
    ORDER BY item.position
  )
  SELECT CASE WHEN NOT pg_try_advisory_xact_lock_shared($6, $7) THEN pg_notify('${outboxChannel}', '') END`;

function payloadText(contract: EventContract, payload: unknown): string {
  const parsed = contract.schema.safeParse(payload);
  if (!parsed.success) {
    throw new EventContractError(
      contract.type,
      parsed.error.issues.map((issue) => `${issue.path.join('.') || 'payload'}: ${issue.message}`),
    );
  }
  // What parsed, not what was given: members the contract does not name stay here.
  const text = JSON.stringify(parsed.data);
  if (Buffer.byteLength(text) > largestPayloadBytes) {
    throw new RangeError(`${contract.type} carries more than ${largestPayloadBytes} bytes`);
  }
  return text;
}
