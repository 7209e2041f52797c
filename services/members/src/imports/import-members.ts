import { Injectable } from '@nestjs/common';
import { shanghaiDate } from '@zhijia/calendar';
import { readNow } from '@zhijia/database';
import { DataSource } from 'typeorm';
import { PersonalFields } from '../members/personal-fields.js';
import { memberColumns } from '../rules/import-columns.js';
import { ImportRunsStore, type ImportRunRow } from './import-runs.store.js';
import { judgePortion, type Portion } from './judge-portion.js';
import { LandPortion, type Landed } from './land-portion.js';
import { inPortions, openImport, recordsAfter } from './open-import.js';
import type { CsvRecord } from './read-records.js';
import { runImport, type ImportOutcome, type ImportRequest } from './run-import.js';

/** Lines of one transaction: enough to make statements cheap, few enough to lose little when the power goes. */
const usualPortionLines = 4_000;

/**
 * Registers and corrects members from a CSV file, by their ID number. Works in portions: each lands with its history,
 * events, errors and count in one transaction, so that an import that dies goes on where it was. The next portion is
 * read and judged while the database writes this one.
 */
@Injectable()
export class ImportMembers {
  constructor(
    private readonly db: DataSource,
    private readonly runs: ImportRunsStore,
    private readonly personal: PersonalFields,
    private readonly landPortion: LandPortion,
  ) {}

  async run(request: ImportRequest): Promise<ImportOutcome> {
    const opened = await openImport(request.source, memberColumns, request.largestBytes);
    if (opened.kind !== 'opened') return opened;
    const today = shanghaiDate(await readNow(this.db));
    const { importer, isDryRun } = request;
    const { survey, unknownColumns, columns } = opened;
    const wanted = { kind: 'MEMBERS', survey, importer, isDryRun, unknownColumns } as const;
    return runImport(this.db, this.runs, wanted, (run) => {
      const records = run.lastLine > 1 ? recordsAfter(run.lastLine, request.source, survey) : opened.records();
      return this.importAll(run, request, records, (portion, expectsNew) =>
        judgePortion(this.personal, portion, columns, today, expectsNew),
      );
    });
  }

  /** False when it was asked to stop before the end. */
  private async importAll(
    run: ImportRunRow,
    request: ImportRequest,
    records: AsyncIterable<readonly CsvRecord[]>,
    judge: (records: readonly CsvRecord[], expectsNew: boolean) => Portion,
  ): Promise<boolean> {
    const { importer, isDryRun } = request;
    let landing: Promise<Landed> = Promise.resolve({ hasManyNew: true });
    let expectsNew = true;
    let lastLine = run.lastLine;
    try {
      for await (const read of inPortions(records, request.portionLines ?? usualPortionLines)) {
        const portion = judge(read, expectsNew);
        expectsNew = (await landing).hasManyNew;
        if (request.signal?.aborted === true) return false;
        const afterLine = lastLine;
        lastLine = portion.lastLine;
        landing = this.landPortion.run({ runId: run.id, importer, isDryRun, afterLine, portion }).then((landed) => {
          request.onProgress?.(portion.lastLine);
          return landed;
        });
        // Read on meanwhile; a failure is met at the next `await landing`.
        landing.catch(() => undefined);
      }
    } finally {
      await landing;
    }
    return true;
  }
}
