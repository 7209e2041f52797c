import { createDataSource, row } from '@zhijia/database';
import { until } from './each-of.mjs';

/**
 * Waits until what the register told has reached the other services. It reads the databases, because to no client it
 * matters how far events are; it writes nothing.
 */
export async function untilArrived(databases, { organisations, members }) {
  const services = Object.entries(databases).filter(([name]) => name !== 'members');
  await Promise.all(
    services.map(async ([name, url]) => {
      const db = createDataSource({ url, applicationName: 'zhijia-demonstration', migrations: [], poolSize: 1 });
      await db.initialize();
      try {
        await until(
          async () => {
            const known = await row(
              db,
              `SELECT (SELECT count(*) FROM known_organisation) AS organisations,
                      (SELECT count(*) FROM known_member) AS members`,
            );
            return known.organisations >= organisations && known.members >= members ? known : null;
          },
          // Half a million members take minutes; standing still is what is not normal.
          { what: `${name} knows the county`, withinMs: 120_000 + members * 10, everyMs: Math.max(150, members / 200) },
        );
      } finally {
        await db.destroy();
      }
    }),
  );
}
