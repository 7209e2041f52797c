import pg from 'pg';

/** Every index and every table of a scene's databases, checked by PostgreSQL's own `amcheck`. */
export async function judgePages({ servers, product }, verdict) {
  for (const [service, database] of Object.entries(product.stack.databases)) {
    const url = new URL(servers.postgres.adminUrl);
    url.pathname = new URL(database).pathname;
    const admin = new pg.Client({ connectionString: url.toString() });
    await admin.connect();
    try {
      await admin.query('CREATE EXTENSION IF NOT EXISTS amcheck');
      const { rows: relations } = await admin.query(
        `SELECT c.oid, c.oid::regclass::text AS name, c.relkind = 'i' AS "isIndex" FROM pg_class AS c
           LEFT JOIN pg_am AS am ON am.oid = c.relam
          WHERE c.relpersistence = 'p' AND (c.relkind = 'r' OR c.relkind = 'i' AND am.amname = 'btree')
            AND c.relnamespace = 'public'::regnamespace`,
      );
      for (const { oid, name, isIndex } of relations) {
        const check = isIndex ? 'SELECT bt_index_check($1, true)' : 'SELECT msg FROM verify_heapam($1)';
        const broken = await admin.query(check, [oid]).then(
          ({ rows }) => rows.find(({ msg }) => msg)?.msg,
          (error) => error.message,
        );
        if (broken !== undefined) verdict.wrong(`${service}.${name} is broken`, broken);
      }
    } finally {
      await admin.end();
    }
  }
}
