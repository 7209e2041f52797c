import pg from 'pg';
import type { DataSource, MigrationInterface } from 'typeorm';
import { LateStatements } from './late-statements.js';
import { ServiceDataSource } from './service-data-source.js';
import { watchedPool } from './watched-pool.js';

export interface DataSourceOptions {
  url: string;
  /** Shown in pg_stat_activity, so that an operator sees who holds a connection. */
  applicationName: string;
  /** The libraries' migrations first, then the service's own; TypeORM orders them by timestamp. */
  migrations: readonly (new () => MigrationInterface)[];
  poolSize?: number;
  statementTimeoutMs?: number;
  /** Who waits longer for somebody else's lock is refused (55P03), and may come again. Default: no limit of its own. */
  lockTimeoutMs?: number;
  /** Told each time when somebody had to wait for a connection, and how long. */
  onPoolWait?: (seconds: number) => void;
}

/**
 * `pg` waits for ever by default, for a connection as for a statement; every wait here has an end, so that a caller
 * gets a retryable refusal instead of silence.
 */
export function createDataSource(options: DataSourceOptions): DataSource {
  parseTypesAsValues();
  const late = new LateStatements((processIds) => db.cancel(processIds));
  const db: ServiceDataSource = new ServiceDataSource(
    {
      type: 'postgres',
      driver: { ...pg, Pool: watchedPool({ onWaited: options.onPoolWait, late }) },
      url: options.url,
      applicationName: options.applicationName,
      entities: [],
      migrations: [...options.migrations],
      migrationsTableName: 'migration',
      migrationsTransactionMode: 'each',
      logging: false,
      poolSize: options.poolSize ?? 10,
      connectTimeoutMS: 5_000,
      extra: {
        statement_timeout: options.statementTimeoutMs ?? 15_000,
        idle_in_transaction_session_timeout: 30_000,
        ...(options.lockTimeoutMs === undefined ? {} : { lock_timeout: options.lockTimeoutMs }),
        keepAlive: true,
      },
    },
    { url: options.url, applicationName: options.applicationName },
  );
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
