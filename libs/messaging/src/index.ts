export { messagingMigrations } from './migrations/index.js';
export { createMessaging, type Messaging, type MessagingOptions } from './messaging.js';
export type { DegradedReason, MessagingHealth } from './judge-health.js';
export { EventContractError, Outbox, type OutboxItem } from './outbox.store.js';
export { ParkingLot, type ParkedItem } from './parking-lot.js';
export type { Reaction, ReceivedEvent } from './reaction.js';
export { DeadLetters, type DeadLettersOptions, type ReplayReport } from './dead-letters.js';
export type { DeadLetter } from './dead-letter.store.js';
export type { KafkaOptions } from './kafka-client.js';
export {
  laggingSeconds,
  readStoredFigures,
  type LiveFigures,
  type MessagingFigures,
  type StoredFigures,
} from './figures.js';
export type { TopicLag } from './consumer-lag.js';
export type { ConsumerFigures } from './consumer-tally.js';
export type { RetentionOptions } from './retention.js';
