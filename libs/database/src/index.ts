export { createDataSource, type DataSourceOptions } from './create-data-source.js';
export { migrateUnderLock } from './migrate-under-lock.js';
export { databaseMigrations } from './migrations/index.js';
export { execute, row, rows, type Queryable } from './sql.js';
export { preparedRows } from './prepared-rows.js';
export { inTransaction } from './in-transaction.js';
export { isTransient, sqlStateOf, SqlState, violatedConstraint } from './sql-state.js';
export { readNow, setClockOffset } from './clock.js';
export { IdempotencyKeyInvalid, IdempotencyStore, type Once, type OnceRequest } from './idempotency.store.js';
