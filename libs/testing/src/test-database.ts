import { createHash, randomUUID } from 'node:crypto';
import { createDataSource, migrateUnderLock } from '@zhijia/database';
import pg from 'pg';
import type { DataSource, MigrationInterface } from 'typeorm';

export interface TestDatabaseOptions {
  migrations: readonly (new () => MigrationInterface)[];
  poolSize?: number;
}

export interface TestDatabase {
  url: string;
  dataSource: DataSource;
  /** Closes the connections and drops the database. */
  close(): Promise<void>;
}

/**
 * A database of its own for one test file, cloned from a template that was migrated once for this set of migrations.
 * Real PostgreSQL: lock order, constraints and outbox atomicity are what is under test.
 */
export async function openTestDatabase(options: TestDatabaseOptions): Promise<TestDatabase> {
  const adminUrl = process.env['TEST_DATABASE_URL'];
  if (adminUrl === undefined) throw new Error('TEST_DATABASE_URL is not set: run tests with `npm test -- <file>`');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await withAdmin(adminUrl, async (admin) => {
    const template = await ensureTemplate(admin, adminUrl, options);
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`);
  });
  const url = databaseUrl(adminUrl, name);
  const dataSource = createDataSource({
    url,
    applicationName: name,
    migrations: options.migrations,
    poolSize: options.poolSize ?? 10,
  });
  await dataSource.initialize();
  return {
    url,
    dataSource,
    close: async () => {
      if (dataSource.isInitialized) await dataSource.destroy();
      await withAdmin(adminUrl, async (admin) => {
        await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      });
    },
  };
}

async function ensureTemplate(admin: pg.Client, adminUrl: string, options: TestDatabaseOptions): Promise<string> {
  // The body takes part: a migration edited between two runs on one server must not meet yesterday's template.
  const fingerprint = options.migrations.map((migration) => `${migration.name}${String(migration)}`).join('\n');
  const name = `template_${createHash('sha256').update(fingerprint).digest('hex').slice(0, 16)}`;
  // Test files run side by side; the first one that needs a template makes it, the others wait.
  const lock = Number.parseInt(name.slice(-7), 16);
  await admin.query('SELECT pg_advisory_lock($1)', [lock]);
  try {
    const { rowCount } = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 1) return name;
    const building = `${name}_building`;
    await admin.query(`DROP DATABASE IF EXISTS ${building} WITH (FORCE)`);
    await admin.query(`CREATE DATABASE ${building}`);
    const dataSource = createDataSource({
      url: databaseUrl(adminUrl, building),
      applicationName: building,
      migrations: options.migrations,
    });
    await dataSource.initialize();
    await migrateUnderLock(dataSource);
    await dataSource.destroy();
    await admin.query(`ALTER DATABASE ${building} RENAME TO ${name}`);
    return name;
  } finally {
    await admin.query('SELECT pg_advisory_unlock($1)', [lock]);
  }
}

function databaseUrl(adminUrl: string, name: string): string {
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return url.toString();
}

async function withAdmin<Result>(adminUrl: string, work: (admin: pg.Client) => Promise<Result>): Promise<Result> {
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}
