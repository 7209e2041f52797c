import { CreateClock1760000000000 } from './1760000000000-create-clock.js';
import { CreateIdempotencyRecord1760000000001 } from './1760000000001-create-idempotency-record.js';
import { HashIdempotencyKeys1760000000002 } from './1760000000002-hash-idempotency-keys.js';

export const databaseMigrations = [
  CreateClock1760000000000,
  CreateIdempotencyRecord1760000000001,
  HashIdempotencyKeys1760000000002,
];
