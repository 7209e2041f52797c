import pg from 'pg';

/**
 * Statements that PostgreSQL ran while `work` ran, for each of its requests, by database: from pg_stat_statements, which
 * is on only here. Statements that ran less than once in ten requests are somebody else's (the workers poll).
 *
 * @param {string} adminUrl
 * @param {Readonly<Record<string, string>>} databases URLs by name
 * @param {() => Promise<{ sent: number }>} work
 * @returns `{ perRequest: { <name>: number }, texts: { <name>: [{ calls, rows, meanMs, text }] } }`
 */
export async function countStatements(adminUrl, databases, work) {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await track(client, 'top');
    await client.query('SELECT pg_stat_statements_reset()');
    const { sent: requests } = await work();
    const { rows } = await client.query(
      `SELECT datname, calls::int, rows::int, mean_exec_time AS "meanMs", query
         FROM pg_stat_statements JOIN pg_database ON pg_database.oid = dbid WHERE calls >= $1 ORDER BY calls DESC`,
      [Math.ceil(requests / 10)],
    );
    await track(client, 'none');
    const named = Object.entries(databases).map(([name, url]) => [name, new URL(url).pathname.slice(1)]);
    const of = (database) => rows.filter(({ datname }) => datname === database);
    return {
      perRequest: Object.fromEntries(
        named.map(([name, database]) => [
          name,
          Math.round((of(database).reduce((sum, { calls }) => sum + calls, 0) / requests) * 100) / 100,
        ]),
      ),
      texts: Object.fromEntries(
        named.map(([name, database]) => [
          name,
          of(database).map(({ calls, rows: count, meanMs, query }) => ({
            calls: Math.round((calls / requests) * 100) / 100,
            rows: Math.round((count / calls) * 100) / 100,
            meanMs: Math.round(meanMs * 1_000) / 1_000,
            text: query.replace(/\s+/g, ' ').slice(0, 160),
          })),
        ]),
      ),
    };
  } finally {
    await client.end();
  }
}

async function track(client, what) {
  await client.query(`ALTER SYSTEM SET pg_stat_statements.track = '${what}'`);
  await client.query('SELECT pg_reload_conf()');
  // Backends read it before their next statement.
  await new Promise((resolve) => setTimeout(resolve, 300));
}
