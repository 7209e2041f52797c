import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync, chownSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { startPostgres } from '../../deploy/local/src/postgres.mjs';

/**
 * A copy of the cluster made while it works, as `pg_basebackup` makes it: between `pg_backup_start` and
 * `pg_backup_stop`, without the WAL.
 *
 * @param {string} adminUrl
 * @param {string} directory where the copy goes; a place that the server's user may pass
 * @param {() => Promise<unknown>} meanwhile what the cluster does while it is copied
 */
export async function backUp(adminUrl, directory, meanwhile) {
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    const [{ data_directory: cluster }] = (await admin.query('SHOW data_directory')).rows;
    await admin.query(`SELECT pg_backup_start('faults', true)`);
    const working = meanwhile();
    // Files that go while they are copied are what WAL is for.
    spawnSync('cp', ['-a', cluster, directory]);
    await working;
    const [{ labelfile }] = (await admin.query('SELECT labelfile FROM pg_backup_stop(false)')).rows;
    const { uid, gid } = statSync(join(directory, 'PG_VERSION'));
    const own = (file, text) => {
      writeFileSync(file, text, { mode: 0o600 });
      chownSync(file, uid, gid);
    };
    own(join(directory, 'backup_label'), labelfile);
    own(join(directory, 'recovery.signal'), '');
    rmSync(join(directory, 'postmaster.pid'), { force: true });
    for (const name of readdirSync(join(directory, 'pg_wal'))) {
      rmSync(join(directory, 'pg_wal', name), { recursive: true, force: true });
    }
    return { cluster };
  } finally {
    await admin.end();
  }
}

/**
 * The cluster as it was at a place in its log, from a copy and the log.
 *
 * @param {object} fault
 * @param {{ directory: string, cluster: string, lsn: string }} where `cluster` is the living one, which kept all its WAL
 * @returns the server
 */
export async function recover(fault, { directory, cluster, lsn }) {
  mkdirSync(join(directory, 'pg_wal', 'archive_status'), { recursive: true });
  const { uid, gid } = statSync(join(directory, 'PG_VERSION'));
  for (const folder of [join(directory, 'pg_wal'), join(directory, 'pg_wal', 'archive_status')]) {
    chownSync(folder, uid, gid);
  }
  appendFileSync(
    join(directory, 'postgresql.auto.conf'),
    [
      `restore_command = 'cp "${join(cluster, 'pg_wal')}/%f" "%p"'`,
      `recovery_target_lsn = '${lsn}'`,
      `recovery_target_action = 'promote'`,
      '',
    ].join('\n'),
  );
  const server = await startPostgres({
    directory,
    port: 'free',
    password: 'postgres',
    profile: 'demonstration',
    logFile: `${directory}.log`,
  });
  fault.undo(() => server.stop());
  return server;
}
