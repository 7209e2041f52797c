import { ownerOf, type EventContract } from '@zhijia/contracts';
import { readTraceparent } from '@zhijia/tracing';
import type { ReceivedEvent } from './reaction.js';

/** A message as it lies in a topic, after the Kafka binding of CloudEvents 1.0 (binary content mode). */
export interface WireMessage {
  /** Without the prefix of the installation. */
  readonly topic: string;
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Buffer | null;
}

/** Why a message can never be applied as it is. Stable: dead letters and dashboards carry these codes. */
export type UnreadableCode =
  | 'headerMissing'
  | 'eventIdMalformed'
  | 'timeMalformed'
  | 'keyMissing'
  | 'foreignSource'
  | 'foreignTopic'
  | 'payloadNotJson'
  | 'payloadBreaksContract';

export type Reading =
  | { readonly kind: 'event'; readonly event: ReceivedEvent }
  /** Nothing of this service reacts to it; null where the message carries no type (a tombstone). */
  | { readonly kind: 'unknownType'; readonly type: string | null }
  | {
      readonly kind: 'unreadable';
      readonly code: UnreadableCode;
      readonly eventId: string | null;
      readonly type: string | null;
    };

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export function writeMessage(event: ReceivedEvent, topic: string, payloadText: string): WireMessage {
  return {
    topic,
    key: event.aggregateId,
    headers: {
      ce_specversion: '1.0',
      ce_id: event.id,
      ce_type: event.type,
      ce_source: event.source,
      ce_time: event.occurredAt,
      'content-type': 'application/json',
      ...(event.traceparent === null ? {} : { traceparent: event.traceparent }),
    },
    value: Buffer.from(payloadText),
  };
}

/** Never throws: what arrives is checked, not believed. */
export function readMessage(message: WireMessage, contracts: ReadonlyMap<string, EventContract>): Reading {
  const {
    ce_type: type = null,
    ce_id: eventId = null,
    ce_source: source,
    ce_time: time,
    traceparent,
  } = message.headers;
  if (type === null && message.value === null) return { kind: 'unknownType', type: null };
  if (type === null) return { kind: 'unreadable', code: 'headerMissing', eventId: uuidOrNull(eventId), type: null };
  const contract = contracts.get(type);
  if (contract === undefined) return { kind: 'unknownType', type };
  const unreadable = (code: UnreadableCode): Reading => ({
    kind: 'unreadable',
    code,
    eventId: uuidOrNull(eventId),
    type,
  });

  if (eventId === null || source === undefined || time === undefined) return unreadable('headerMissing');
  if (!uuid.test(eventId)) return unreadable('eventIdMalformed');
  if (Number.isNaN(Date.parse(time))) return unreadable('timeMalformed');
  if (message.key === null || message.key === '') return unreadable('keyMissing');
  // Only the owner writes a topic: a forged source on a foreign topic fails here, on the owner's topic at the broker.
  if (source !== ownerOf(contract)) return unreadable('foreignSource');
  if (message.topic !== contract.topic) return unreadable('foreignTopic');
  const value = parseJson(message.value);
  if (value === undefined) return unreadable('payloadNotJson');
  const payload = contract.schema.safeParse(value);
  if (!payload.success) return unreadable('payloadBreaksContract');
  return {
    kind: 'event',
    event: {
      id: eventId,
      type,
      source,
      occurredAt: time,
      aggregateId: message.key,
      // No reason to refuse an event, and none to pass on what is no trace.
      traceparent: traceparent !== undefined && readTraceparent(traceparent) !== null ? traceparent : null,
      payload: payload.data,
    },
  };
}

function uuidOrNull(text: string | null): string | null {
  return text !== null && uuid.test(text) ? text : null;
}

function parseJson(value: Buffer | null): unknown {
  if (value === null) return undefined;
  try {
    return JSON.parse(value.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
