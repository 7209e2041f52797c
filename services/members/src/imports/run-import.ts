import type { DataSource } from 'typeorm';
import { holdingRun } from './hold-run.js';
import { ImportTakenOver, type ImportRunRow, type ImportRunsStore, type NewImportRun } from './import-runs.store.js';
import type { Importer } from './importer.js';
import type { ImportRefusal } from './open-import.js';
import type { ImportSource } from './import-source.js';

export interface ImportRequest {
  readonly source: ImportSource;
  readonly importer: Importer;
  /** Does everything and keeps nothing but the run and its errors. */
  readonly isDryRun: boolean;
  /** A larger file is refused before anything is read twice. */
  readonly largestBytes?: number;
  /** Lines of one transaction of members; 4,000 where nobody says otherwise. */
  readonly portionLines?: number;
  /** Ends the import after the portion at hand; the same import, started again, goes on from there. */
  readonly signal?: AbortSignal;
  /** Told after each portion. */
  readonly onProgress?: (lastLine: number) => void;
}

export type ImportOutcome =
  | { readonly kind: 'imported'; readonly run: ImportRunRow }
  /** Asked to stop: what was done stays, the rest waits for the same import to be started again. */
  | { readonly kind: 'brokenOff'; readonly run: ImportRunRow }
  | ImportRefusal;

/**
 * Gives a run its life: takes up one of the same file that was broken off, or begins one; marks how it ended.
 *
 * @param work imports what stands after the run's last line; answers false when it was asked to stop
 */
export async function runImport(
  db: DataSource,
  runs: ImportRunsStore,
  wanted: NewImportRun,
  work: (run: ImportRunRow) => Promise<boolean>,
): Promise<ImportOutcome> {
  const unfinished = wanted.isDryRun
    ? null
    : await runs.findUnfinished(db, wanted.kind, wanted.survey, wanted.importer);
  if (unfinished !== null) {
    const held = await holdingRun(db, unfinished.id, async () => {
      const run = await runs.resume(db, unfinished.id);
      return run === null ? null : toItsEnd(db, runs, run, work);
    });
    if (held !== null && held.result !== null) return held.result;
  }
  const runId = await runs.newId(db);
  const held = await holdingRun(db, runId, async () => toItsEnd(db, runs, await runs.insert(db, runId, wanted), work));
  if (held === null) throw new Error('A run was held before it was begun');
  return held.result;
}

async function toItsEnd(
  db: DataSource,
  runs: ImportRunsStore,
  run: ImportRunRow,
  work: (run: ImportRunRow) => Promise<boolean>,
): Promise<ImportOutcome> {
  try {
    if (await work(run)) {
      const finished = await runs.finish(db, run.id);
      await runs.forgetLines(db);
      return { kind: 'imported', run: finished };
    }
    await runs.markBrokenOff(db, run.id);
    return { kind: 'brokenOff', run: (await runs.find(db, run.id)) ?? run };
  } catch (error) {
    // For people who look; a process that dies says nothing, and its run is taken up all the same.
    if (!(error instanceof ImportTakenOver)) await runs.markBrokenOff(db, run.id).catch(() => undefined);
    throw error;
  }
}
