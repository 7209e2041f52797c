import pg from 'pg';
import { DataSource, type MigrationInterface } from 'typeorm';
import { addReads } from './reads.js';

export interface DataSourceOptions {
  url: string;
  /** Shown in pg_stat_activity, so that an operator sees who holds a connection. */
  applicationName: string;
  /** The libraries' migrations first, then the service's own; TypeORM orders them by timestamp. */
  migrations: readonly (new () => MigrationInterface)[];
  /** Connections for transactions, and as many more for reads; opened as they are needed. */
  poolSize?: number;
  statementTimeoutMs?: number;
}

/**
 * `pg` waits for ever by default, for a connection as for a statement; every wait here has an end, so that a caller
 * gets a retryable refusal instead of silence.
 */
export function createDataSource(options: DataSourceOptions): DataSource {
  parseTypesAsValues();
  const { url, applicationName, poolSize = 10 } = options;
  const connectTimeoutMs = 5_000;
  const session = {
    statement_timeout: options.statementTimeoutMs ?? 15_000,
    idle_in_transaction_session_timeout: 30_000,
    keepAlive: true,
  };
  const db = new DataSource({
    type: 'postgres',
    driver: pg,
    url,
    applicationName,
    entities: [],
    migrations: [...options.migrations],
    migrationsTableName: 'migration',
    migrationsTransactionMode: 'each',
    logging: false,
    poolSize,
    connectTimeoutMS: connectTimeoutMs,
    extra: session,
  });
  addReads(db, {
    ...session,
    connectionString: url,
    application_name: applicationName,
    max: poolSize,
    connectionTimeoutMillis: connectTimeoutMs,
  });
  return db;
}

let typesAreSet = false;

/** Rows carry what the schema says: whole numbers, UTC instants and calendar dates as ISO 8601 strings. */
function parseTypesAsValues(): void {
  if (typesAreSet) return;
  typesAreSet = true;
  const { builtins } = pg.types;
  pg.types.setTypeParser(builtins.INT8, (text) => {
    const value = Number(text);
    if (!Number.isSafeInteger(value)) throw new RangeError('A bigint from the database is beyond 2^53');
    return value;
  });
  pg.types.setTypeParser(builtins.TIMESTAMPTZ, (text) => new Date(text).toISOString());
  pg.types.setTypeParser(builtins.DATE, (text) => text);
}
