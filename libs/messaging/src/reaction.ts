import type { EventContract, PayloadOf } from '@zhijia/contracts';
import type { EntityManager } from 'typeorm';

/** An event as it arrived: checked against its contract, from the service that owns it. */
export interface ReceivedEvent<Payload = unknown> {
  readonly id: string;
  readonly type: string;
  /** The service that sent it. */
  readonly source: string;
  /** ISO 8601 instant, by the sender's database. */
  readonly occurredAt: string;
  readonly aggregateId: string;
  readonly traceparent: string | null;
  readonly payload: Payload;
}

/**
 * What a service does when something happened elsewhere. One file a reaction, named as its sentence.
 */
export interface Reaction<Contract extends EventContract = EventContract> {
  /** Unique in the service, kept for good: the inbox remembers under this name what was handled. */
  readonly name: string;
  readonly contract: Contract;
  /**
   * Applies events that this reaction has not seen before, in the order of each aggregate, in one transaction. May run
   * again after a rollback: it changes nothing outside `tx`. A throw leaves nothing behind; the events are then tried
   * one by one, and the one that keeps failing becomes a dead letter. An event whose cause is not known yet is given
   * to the `ParkingLot`.
   */
  handle(tx: EntityManager, events: readonly ReceivedEvent<PayloadOf<Contract>>[]): Promise<void>;
}
