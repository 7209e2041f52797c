import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { layout } from './paths.mjs';
import { removePostgresHome } from './postgres-home.mjs';

/** Throws the data away; what is only downloaded or locked stays. */
export function removeData(dataDir) {
  const where = layout(dataDir);
  removePostgresHome(where.postgres);
  for (const place of [
    where.kafka,
    where.secrets,
    where.secretsMade,
    where.demonstration,
    where.demonstrationFiles,
    where.trustedIssuers,
    where.identities,
    where.state,
  ]) {
    rmSync(place, { recursive: true, force: true });
  }
  if (!existsSync(dataDir)) return;
  for (const name of readdirSync(dataDir)) {
    if (name.startsWith('postgres.partial-')) rmSync(join(dataDir, name), { recursive: true, force: true });
  }
}
