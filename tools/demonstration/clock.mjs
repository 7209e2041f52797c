import { createDataSource, readNow, setClockOffset } from '@zhijia/database';

const secondsPerDay = 86_400;

/** The product's time, which is its databases': moved back, so that the county has a past. */
export async function openClock(databases) {
  const connections = await Promise.all(
    Object.entries(databases).map(async ([name, url]) => {
      const db = createDataSource({
        url,
        applicationName: `zhijia-demonstration-${name}`,
        migrations: [],
        poolSize: 1,
      });
      await db.initialize();
      return db;
    }),
  );
  return {
    /** To so many days before the machine's time, in all databases. */
    async goTo(daysAgo) {
      await Promise.all(connections.map((db) => setClockOffset(db, -daysAgo * secondsPerDay)));
    },
    /** The product's time now. */
    async now() {
      return new Date(await readNow(connections[0]));
    },
    async close() {
      await Promise.all(connections.map((db) => db.destroy()));
    },
  };
}
