/** A service that does not remember keys: every request is the first. */
import { IdempotencyStore } from '../../libs/database/dist/idempotency.store.js';

IdempotencyStore.prototype.once = async (_tx, _request, change) => ({ kind: 'first', outcome: await change() });
