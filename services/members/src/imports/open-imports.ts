import { createDataSource, migrateUnderLock } from '@zhijia/database';
import { Outbox } from '@zhijia/messaging';
import { readImportConfig } from '../members.config.js';
import { PersonalFields } from '../members/personal-fields.js';
import { membersMigrations } from '../migrations/index.js';
import { OrganisationTreeStore } from '../organisations/organisation-tree.store.js';
import { ImportMembers } from './import-members.js';
import { ImportOrganisations } from './import-organisations.js';
import { ImportRunsStore, type ImportErrorRow } from './import-runs.store.js';
import { LandPortion } from './land-portion.js';
import { MemberImportStore } from './member-import.store.js';

export interface OpenedImports {
  readonly organisations: ImportOrganisations;
  readonly members: ImportMembers;
  /** Every error of a run in portions, in the order of the file. */
  errorsOf(runId: string): AsyncGenerator<readonly ImportErrorRow[]>;
  close(): Promise<void>;
}

const errorPortion = 5_000;

/**
 * The imports without the service around them, for `npm run import`.
 *
 * @param env DATABASE_URL, PII_KEYRING_FILE and PII_INDEX_KEY_FILE
 */
export async function openImports(env: Readonly<Record<string, string | undefined>>): Promise<OpenedImports> {
  const config = readImportConfig(env);
  const personal = PersonalFields.fromFiles(config);
  const db = createDataSource({
    url: config.databaseUrl,
    applicationName: 'zhijia-members-import',
    migrations: membersMigrations,
    poolSize: 4,
    statementTimeoutMs: 60_000,
  });
  await db.initialize();
  await migrateUnderLock(db);
  const runs = new ImportRunsStore();
  const outbox = new Outbox();
  return {
    organisations: new ImportOrganisations(db, runs, new OrganisationTreeStore(), outbox),
    members: new ImportMembers(
      db,
      runs,
      personal,
      new LandPortion(db, runs, new MemberImportStore(), personal, outbox),
    ),
    errorsOf: async function* (runId) {
      let after: { lineNumber: number; ordinal: number } | null = null;
      for (;;) {
        const errors: ImportErrorRow[] = await runs.listErrors(db, runId, after, errorPortion);
        if (errors.length > 0) yield errors;
        if (errors.length < errorPortion) return;
        after = errors.at(-1) ?? null;
      }
    },
    close: () => db.destroy(),
  };
}
