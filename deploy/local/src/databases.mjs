import { randomBytes } from 'node:crypto';
import { Obstacle } from './obstacle.mjs';
import { subgraphs, variableFor } from './parts.mjs';

/** The databases that the environment names, by service: existing ones, used instead of our own. */
export function existingDatabases(env = process.env) {
  return Object.fromEntries(
    subgraphs.flatMap((name) => {
      const url = env[variableFor('DATABASE_URL', name)];
      return url ? [[name, url]] : [];
    }),
  );
}

/**
 * One database and one owner for each service: no service can read another's, here as in production.
 *
 * @returns the services' URLs
 */
export async function ensureDatabases(adminUrl, services, passwords) {
  return withClient(adminUrl, async (admin) => {
    const urls = {};
    for (const name of services) {
      const password = passwords[name];
      if (!(await exists(admin, 'pg_roles', 'rolname', name))) await admin.query(`CREATE ROLE ${name} LOGIN`);
      await admin.query(`ALTER ROLE ${name} PASSWORD ${admin.escapeLiteral(password)}`);
      if (!(await exists(admin, 'pg_database', 'datname', name))) {
        await admin.query(`CREATE DATABASE ${name} OWNER ${name}`);
      }
      await admin.query(`REVOKE CONNECT ON DATABASE ${name} FROM PUBLIC`);
      const url = new URL(adminUrl);
      url.username = name;
      url.password = password;
      url.pathname = `/${name}`;
      urls[name] = url.toString();
    }
    return urls;
  });
}

/** Databases for one test on a server that many share; `drop` removes them whoever is still connected. */
export async function createTestDatabases(adminUrl, services) {
  const group = `stack_${randomBytes(6).toString('hex')}`;
  const urls = {};
  await withClient(adminUrl, async (admin) => {
    for (const name of services) {
      await admin.query(`CREATE DATABASE ${group}_${name}`);
      const url = new URL(adminUrl);
      url.pathname = `/${group}_${name}`;
      urls[name] = url.toString();
    }
  });
  const drop = () =>
    withClient(adminUrl, async (admin) => {
      for (const name of services) await admin.query(`DROP DATABASE IF EXISTS ${group}_${name} WITH (FORCE)`);
    });
  return { urls, drop };
}

/** An existing database that does not answer is said by the name of its variable, without its password. */
export async function requireDatabases(urls) {
  for (const [name, url] of Object.entries(urls)) {
    const variable = variableFor('DATABASE_URL', name);
    if (!URL.canParse(url))
      throw new Obstacle(`${variable} is no URL: write it as postgres://user:password@host:5432/${name}.`);
    try {
      await withClient(url, (client) => client.query('SELECT 1'));
    } catch (error) {
      const { host, pathname } = new URL(url);
      throw new Obstacle(
        `${variable} names ${host}${pathname}, which refuses (${error.code ?? error.message}): start that server and create the database, or unset the variable to use the embedded one.`,
      );
    }
  }
}

async function withClient(url, work) {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function exists(admin, catalogue, column, name) {
  const { rowCount } = await admin.query(`SELECT 1 FROM ${catalogue} WHERE ${column} = $1`, [name]);
  return rowCount === 1;
}
