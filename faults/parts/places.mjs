import { readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import pg from 'pg';

const subgraphs = ['members', 'timebank', 'evaluations', 'benefits'];

/**
 * Every place of a scene in which something may have been kept, as somebody finds it who took the disks away: the
 * servers' files and logs, the services' logs, and every row as text, because a long value lies compressed in its file.
 *
 * @param {object} scene
 */
export function placesOf({ directory, servers, product }) {
  return {
    /** No WAL is thrown away from here on. */
    async keepWal() {
      await withClient(connect(servers.postgres.adminUrl), async (admin) => {
        await admin.query(`ALTER SYSTEM SET wal_keep_size = '4GB'`);
        await admin.query('SELECT pg_reload_conf()');
      });
    },
    /**
     * @param {import('@zhijia/testing').ByteSearch} search
     * @param {readonly { name: string, text: string }[]} [others] what lies nowhere here: answers, what commands printed
     * @param {readonly [name: string, folder: string][]} [folders] beside those of the scene
     * @returns `{ finds: [{ place, what, count }], files, megabytes, rows }`
     */
    async search(search, others = [], folders = []) {
      const finds = new Map();
      const found = (place, hits) => {
        for (const { name } of hits) {
          const key = `${place}: ${name}`;
          finds.set(key, { place, what: name, count: (finds.get(key)?.count ?? 0) + 1 });
        }
      };
      const sizes = { files: 0, megabytes: 0, rows: 0 };
      const cluster = await withClient(connect(servers.postgres.adminUrl), async (admin) => {
        await admin.query('CHECKPOINT');
        return clusterOf(admin);
      });
      for (const [name, folder] of [
        ['PostgreSQL', cluster],
        ['Kafka', join(directory, 'kafka', 'data')],
        ['log', join(product.stack.dataDir, 'logs')],
        ...folders,
      ]) {
        for (const file of filesBelow(folder)) searchFile(`${name} ${relative(folder, file)}`, file);
      }
      for (const name of ['postgres.log', 'kafka.log']) searchFile(`log ${name}`, join(directory, name));
      for (const service of subgraphs) await searchRows(service);
      for (const { name, text } of others) found(name, search.in(Buffer.from(text)));
      return { finds: [...finds.values()], ...sizes, megabytes: Math.round(sizes.megabytes) };

      function searchFile(place, file) {
        try {
          sizes.megabytes += statSync(file).blocks / 2_048;
          found(place, search.inFile(file));
          sizes.files += 1;
        } catch (error) {
          // The servers run: a file may go while it is on its turn.
          if (error.code !== 'ENOENT') throw error;
        }
      }

      async function searchRows(service) {
        const url = new URL(servers.postgres.adminUrl);
        url.pathname = new URL(product.stack.databases[service]).pathname;
        await withClient(connect(url.toString()), async (admin) => {
          const { rows: tables } = await admin.query(
            `SELECT oid::regclass::text AS name FROM pg_class WHERE relkind IN ('r', 'm', 'v')
                AND (relnamespace = 'public'::regnamespace OR oid IN ('pg_stats'::regclass, 'pg_stat_activity'::regclass))`,
          );
          for (const { name } of tables) {
            // Partitions of a finished campaign go at any time.
            const read = await admin
              .query(`SELECT each::text AS text FROM ${name} AS each`)
              .catch(() => ({ rows: [] }));
            sizes.rows += read.rows.length;
            for (const { text } of read.rows) found(`table ${service}.${name}`, search.in(Buffer.from(text)));
          }
        });
      }
    },
  };
}

async function clusterOf(admin) {
  const { rows } = await admin.query('SHOW data_directory');
  return rows[0].data_directory;
}

function* filesBelow(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) yield join(entry.parentPath, entry.name);
  }
}

function connect(connectionString) {
  return new pg.Client({ connectionString });
}

async function withClient(client, work) {
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
