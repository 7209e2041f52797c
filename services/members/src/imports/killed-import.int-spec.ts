import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { row, rows } from '@zhijia/database';
import { openTestDatabase, until, type TestDatabase } from '@zhijia/testing';
import { aMemberLine, commandLine, importsOn, memberFile, portionLines, smallTree } from '../../test/builders.js';
import { PersonalFields } from '../members/personal-fields.js';
import { membersMigrations } from '../migrations/index.js';
import { sourceFromBytes } from './import-source.js';

const program = fileURLToPath(new URL('../../test/import-process.mjs', import.meta.url));
const memberCount = 450;

describe('an import that is killed halfway', () => {
  let database: TestDatabase;
  let directory: string;

  beforeAll(async () => {
    database = await openTestDatabase({ migrations: membersMigrations });
    directory = await mkdtemp(join(tmpdir(), 'zhijia-import-'));
  });
  afterAll(async () => {
    await database.close();
    await rm(directory, { recursive: true, force: true });
  });

  it('goes on where it was, and nobody is registered twice or left out', async () => {
    const db = database.dataSource;
    const keys = { piiKeyringFile: await aKeyringFile('fields'), piiIndexKeyFile: await aKeyringFile('index') };
    const imports = importsOn(db, PersonalFields.fromFiles(keys));
    await imports.organisations(smallTree);
    const file = memberFile(...Array.from({ length: memberCount }, (_, order) => aMemberLine(order)));
    const fileName = join(directory, 'members.csv');
    await writeFile(fileName, file);

    const stop = new AbortController();
    const stopped = await imports.useCases.members.run({
      source: sourceFromBytes(file),
      importer: commandLine,
      isDryRun: false,
      portionLines,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    expect(stopped.kind).toBe('brokenOff');

    // Another process goes on, gets as far as its rows, in the middle of its transaction, and waits.
    const guard = db.createQueryRunner();
    await guard.connect();
    await guard.startTransaction();
    await guard.query('LOCK TABLE member_history IN SHARE MODE');
    const child = spawn(process.execPath, [program, fileName, commandLine.name, String(portionLines)], {
      env: {
        DATABASE_URL: database.url,
        PII_KEYRING_FILE: keys.piiKeyringFile,
        PII_INDEX_KEY_FILE: keys.piiIndexKeyFile,
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    await until(
      async () =>
        (
          await rows(
            db,
            `SELECT 1 FROM pg_stat_activity
              WHERE application_name = 'zhijia-members-import' AND datname = current_database()
                AND wait_event_type = 'Lock'`,
          )
        ).length > 0,
      { what: 'a portion waiting at its rows' },
    );
    child.kill('SIGKILL');
    await once(child, 'close');
    await guard.rollbackTransaction();
    await guard.release();

    const killed = await row<{ id: string; state: string; added: number }>(
      db,
      `SELECT id, state, added FROM import_run WHERE kind = 'MEMBERS'`,
    );
    expect(killed?.state).toBe('RUNNING');
    expect(killed?.added).toBeGreaterThan(0);
    expect(killed?.added).toBeLessThan(memberCount);

    const run = await imports.members(file);
    expect(run).toMatchObject({ id: killed?.id, state: 'FINISHED', added: memberCount, unchanged: 0, refused: 0 });
    const counted = await row(
      db,
      `SELECT (SELECT count(*) FROM member) AS members, (SELECT count(*) FROM member_history) AS history,
              (SELECT count(DISTINCT aggregate_id) FROM outbox WHERE topic = 'members.member') AS told,
              (SELECT count(*) FROM outbox WHERE topic = 'members.member') AS events`,
    );
    expect(counted).toEqual({ members: memberCount, history: memberCount, told: memberCount, events: memberCount });
  });

  async function aKeyringFile(name: string): Promise<string> {
    const file = join(directory, `${name}.json`);
    await writeFile(file, JSON.stringify({ current: 1, keys: { 1: randomBytes(32).toString('base64') } }), {
      mode: 0o600,
    });
    return file;
  }
});
