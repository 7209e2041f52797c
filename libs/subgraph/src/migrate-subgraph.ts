import { createDataSource, migrateUnderLock } from '@zhijia/database';
import type { SubgraphDefinition } from './subgraph-definition.js';

/** Brings one service's database to the newest migration; answers the names of those it ran. */
export async function migrateSubgraph(definition: SubgraphDefinition, databaseUrl: string): Promise<string[]> {
  const db = createDataSource({
    url: databaseUrl,
    applicationName: `zhijia-${definition.name}-migrate`,
    migrations: definition.migrations,
    poolSize: 2,
  });
  await db.initialize();
  try {
    return await migrateUnderLock(db);
  } finally {
    await db.destroy();
  }
}
