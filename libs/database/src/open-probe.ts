import pg from 'pg';
import type { Queryable } from './sql.js';

const patienceMs = 2_000;

/** Asks a database how it is, beside all traffic: neither waits behind it nor takes a connection from it. */
export interface Probe extends Queryable {
  close(): Promise<void>;
}

/** Connects when it is asked. What does not answer within two seconds counts as away. */
export function openProbe(options: { url: string; applicationName: string }): Probe {
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: options.applicationName,
    max: 2,
    idleTimeoutMillis: 60_000,
    connectionTimeoutMillis: patienceMs,
    statement_timeout: patienceMs,
    // For a server that keeps the connection and says nothing.
    query_timeout: patienceMs + 500,
  });
  // An idle connection that the server ended: the next question makes another.
  pool.on('error', () => undefined);
  return {
    query: async (text, parameters) => (await pool.query<object>(text, parameters)).rows,
    close: () => pool.end(),
  };
}
