import type { z } from 'zod';

/** An event's name and shape, written once: the only thing two services share about each other. */
export interface EventContract<Schema extends z.ZodType = z.ZodType> {
  /** `service.noun-verb.version`, past tense: `timebank.transfer-posted.v1`. A breaking change is a new version. */
  readonly type: string;
  /** The aggregate, owned by the same service: `timebank.transfer`. The key of its messages is the aggregate's id. */
  readonly topic: string;
  /**
   * Ids and facts, no personal data, JSON values only and no transforms: what is written is what is read, and the
   * shape is exported as JSON Schema.
   */
  readonly schema: Schema;
}

/** What an event of this contract carries. */
export type PayloadOf<Contract extends EventContract> = z.output<Contract['schema']>;

const typePattern = /^(?<owner>[a-z]+)\.[a-z]+(-[a-z]+)*\.v[1-9]\d*$/;
const topicPattern = /^(?<owner>[a-z]+)\.[a-z]+(-[a-z]+)*$/;

/**
 * Names an event.
 *
 * @throws TypeError when type and topic are malformed or name different owners: a service writes its own topics only.
 */
export function defineEvent<Schema extends z.ZodType>(contract: EventContract<Schema>): EventContract<Schema> {
  const typeOwner = typePattern.exec(contract.type)?.groups?.['owner'];
  const topicOwner = topicPattern.exec(contract.topic)?.groups?.['owner'];
  if (typeOwner === undefined) throw new TypeError(`${contract.type} is not of the form service.noun-verb.v1`);
  if (topicOwner === undefined) throw new TypeError(`${contract.topic} is not of the form service.aggregate`);
  if (typeOwner !== topicOwner) throw new TypeError(`${contract.type} and ${contract.topic} name different owners`);
  return Object.freeze(contract);
}

/** The service that alone may send events of this contract. */
export function ownerOf(contract: EventContract): string {
  return contract.type.slice(0, contract.type.indexOf('.'));
}
