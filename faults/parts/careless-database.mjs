import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

/**
 * Statements that fail with a number in hand, as a service, a migration or a person at the console would send them:
 * casts, a broken `COPY`, a unique violation (in a temporary table: nothing of it is kept), a deadline.
 *
 * @param {object} options
 * @param {boolean} options.isTalking with the messages and details that PostgreSQL writes by default
 */
export async function provokeServer({ postgres }, product, people, { isTalking }) {
  const url = new URL(postgres.adminUrl);
  url.pathname = new URL(product.stack.databases.members).pathname;
  const client = new pg.Client({ connectionString: url.toString() });
  await client.connect();
  const directory = mkdtempSync(join(tmpdir(), 'zhijia-copy-'));
  chmodSync(directory, 0o755);
  try {
    if (isTalking) {
      await client.query(`SET log_min_messages = 'error'`);
      await client.query(`SET log_error_verbosity = 'default'`);
    }
    await fails(
      client,
      `INSERT INTO member SELECT (jsonb_populate_record(m, jsonb_build_object('id', gen_random_uuid()))).*
         FROM member AS m ORDER BY id LIMIT 1`,
    );
    await client.query('CREATE TEMP TABLE careless (number text UNIQUE, id uuid)');
    for (const { idNumber, phone, card } of people) {
      await fails(client, 'SELECT $1::text::uuid', [idNumber]);
      await fails(client, `SELECT '${phone}'::uuid`);
      await fails(client, `SELECT '${card}'::int`);
      await fails(client, 'INSERT INTO careless (number) VALUES ($1), ($1)', [phone]);
      await fails(client, `DO $$ BEGIN RAISE EXCEPTION 'not this one: %', '${idNumber}'; END $$`);
      await fails(client, `INSERT INTO known_nothing VALUES ('${card}')`);
    }
    const file = join(directory, randomUUID());
    writeFileSync(file, people.map(({ phone, idNumber }) => `${phone}\t${idNumber}\n`).join(''), { mode: 0o644 });
    await fails(client, `COPY careless FROM '${file}'`);
    await client.query(`SET statement_timeout = '20ms'`);
    await fails(client, `SELECT pg_sleep(1), '${people[0].idNumber}'`);
  } finally {
    await client.end();
    rmSync(directory, { recursive: true });
  }
}

async function fails(client, text, values) {
  const outcome = await client.query(text, values).then(
    () => 'done',
    () => 'failed',
  );
  if (outcome === 'done') throw new Error(`It was to fail: ${text.slice(0, 40)}`);
}

/** What a careless migration leaves, although the column is gone again: dead rows, and the WAL. */
export async function leakPlainColumn(product, people) {
  await product.rows('members', 'ALTER TABLE import_line ADD COLUMN phone text');
  await product.rows(
    'members',
    `INSERT INTO import_line (run_id, line_key, line_number, phone)
     SELECT (SELECT id FROM import_run LIMIT 1), gen_random_uuid(), 1000000 + place, phone
       FROM unnest($1::text[]) WITH ORDINALITY AS one (phone, place)`,
    [people.map(({ phone }) => phone)],
  );
  await product.rows('members', 'DELETE FROM import_line WHERE phone IS NOT NULL');
  await product.rows('members', 'ALTER TABLE import_line DROP COLUMN phone');
}
