import { Injectable } from '@nestjs/common';
import { execute, row, rows, type Queryable } from '@zhijia/database';
import type { EntityManager } from 'typeorm';
import type { ProblemAtLine } from '../rules/import-problem.js';
import type { Importer } from './importer.js';
import type { FileSurvey, ImportEncoding } from './survey-file.js';

export type ImportKind = 'ORGANISATIONS' | 'MEMBERS';

export interface ImportRunRow {
  readonly id: string;
  readonly kind: ImportKind;
  readonly state: 'RUNNING' | 'BROKEN_OFF' | 'FINISHED';
  readonly isDryRun: boolean;
  readonly encoding: ImportEncoding;
  /** SHA-256 of the file, hex. */
  readonly fileHash: string;
  readonly unknownColumns: readonly string[];
  readonly linesRead: number;
  readonly added: number;
  readonly corrected: number;
  readonly unchanged: number;
  readonly refused: number;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly lastLine: number;
}

export interface ImportErrorRow {
  readonly lineNumber: number;
  readonly ordinal: number;
  readonly field: string | null;
  readonly code: string;
  readonly otherLineNumber: number | null;
}

/** What one portion of a file came to. */
export interface ImportProgress {
  readonly lastLine: number;
  readonly added: number;
  readonly corrected: number;
  readonly unchanged: number;
  readonly refused: number;
  readonly problems: readonly ProblemAtLine[];
}

export interface NewImportRun {
  readonly kind: ImportKind;
  readonly survey: FileSurvey;
  readonly importer: Importer;
  readonly isDryRun: boolean;
  readonly unknownColumns: readonly string[];
}

const columns = `id, kind, state, is_dry_run AS "isDryRun", encoding, encode(file_hash, 'hex') AS "fileHash",
  unknown_columns AS "unknownColumns", lines_read AS "linesRead", added, corrected, unchanged, refused,
  started_at AS "startedAt", finished_at AS "finishedAt", last_line AS "lastLine"`;

/** The rows of import runs, their progress and their errors. */
@Injectable()
export class ImportRunsStore {
  /** An id before its row: a run is held before anybody can see it. */
  async newId(db: Queryable): Promise<string> {
    const made = await row<{ id: string }>(db, 'SELECT uuidv7() AS id');
    if (made === null) throw new Error('uuidv7() answered no row');
    return made.id;
  }

  async insert(db: Queryable, runId: string, run: NewImportRun): Promise<ImportRunRow> {
    const inserted = await row<ImportRunRow>(
      db,
      `INSERT INTO import_run (id, kind, file_hash, file_bytes, encoding, is_dry_run, started_by, reach, unknown_columns)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING ${columns}`,
      [
        runId,
        run.kind,
        run.survey.hash,
        run.survey.bytes,
        run.survey.encoding,
        run.isDryRun,
        run.importer.name,
        run.importer.reach,
        run.unknownColumns,
      ],
    );
    if (inserted === null) throw new Error('An import run was inserted without a row');
    return inserted;
  }

  /**
   * The run of this file by this importer that did not come to its end, if nothing of its kind was imported since:
   * lines it skipped could otherwise have been changed by another file in between.
   */
  findUnfinished(
    db: Queryable,
    kind: ImportKind,
    survey: FileSurvey,
    importer: Importer,
  ): Promise<ImportRunRow | null> {
    return row(
      db,
      `SELECT * FROM (
         SELECT ${columns}, file_hash, started_by, reach FROM import_run WHERE kind = $1 AND NOT is_dry_run
         ORDER BY id DESC LIMIT 1) AS latest
       WHERE state <> 'FINISHED' AND file_hash = $2 AND started_by = $3 AND reach IS NOT DISTINCT FROM $4::uuid[]`,
      [kind, survey.hash, importer.name, importer.reach],
    );
  }

  find(db: Queryable, runId: string): Promise<ImportRunRow | null> {
    return row(db, `SELECT ${columns} FROM import_run WHERE id = $1`, [runId]);
  }

  /** A run for who started it, and for who reaches the top of the tree. */
  findFor(db: Queryable, runId: string, startedBy: string, reach: readonly string[]): Promise<ImportRunRow | null> {
    return row(
      db,
      `SELECT ${columns} FROM import_run WHERE id = $1 AND (started_by = $2 OR EXISTS (
         SELECT FROM organisation WHERE id = ANY($3::uuid[]) AND parent_id IS NULL))`,
      [runId, startedBy, reach],
    );
  }

  /** The run as it stands now, going on; null when it came to its end in the meantime. */
  resume(db: Queryable, runId: string): Promise<ImportRunRow | null> {
    return row(
      db,
      `UPDATE import_run SET state = 'RUNNING' WHERE id = $1 AND state <> 'FINISHED' RETURNING ${columns}`,
      [runId],
    );
  }

  /**
   * Counts one portion, in the transaction that lands it.
   *
   * @throws ImportTakenOver when another process went on with this run: nothing of this portion may land twice
   */
  async advance(tx: EntityManager, runId: string, afterLine: number, progress: ImportProgress): Promise<void> {
    const { lastLine, added, corrected, unchanged, refused, problems } = progress;
    const touched = await execute(
      tx,
      `UPDATE import_run SET last_line = $3, added = added + $4, corrected = corrected + $5,
         unchanged = unchanged + $6, refused = refused + $7, lines_read = lines_read + $4 + $5 + $6 + $7
       WHERE id = $1 AND last_line = $2 AND state = 'RUNNING'`,
      [runId, afterLine, lastLine, added, corrected, unchanged, refused],
    );
    if (touched !== 1) throw new ImportTakenOver();
    if (problems.length === 0) return;
    await execute(
      tx,
      `INSERT INTO import_error (run_id, line_number, ordinal, field, code, other_line_number)
       SELECT $1, line_number, row_number() OVER (PARTITION BY line_number ORDER BY position), field, code, other
       FROM unnest($2::int[], $3::text[], $4::text[], $5::int[]) WITH ORDINALITY
         AS problem (line_number, field, code, other, position)`,
      [
        runId,
        problems.map((problem) => problem.lineNumber),
        problems.map((problem) => problem.field),
        problems.map((problem) => problem.code),
        problems.map((problem) => problem.otherLineNumber ?? null),
      ],
    );
  }

  /** The run as it ended. */
  async finish(db: Queryable, runId: string): Promise<ImportRunRow> {
    const finished = await row<ImportRunRow>(
      db,
      `UPDATE import_run SET state = 'FINISHED', finished_at = zhijia_now() WHERE id = $1 RETURNING ${columns}`,
      [runId],
    );
    if (finished === null) throw new Error('An import run is gone');
    return finished;
  }

  /** Removes what only the life of a run needed, in portions that no statement timeout cuts. */
  async forgetLines(db: Queryable): Promise<void> {
    for (;;) {
      const forgotten = await execute(
        db,
        `DELETE FROM import_line WHERE ctid = ANY (ARRAY(
           SELECT import_line.ctid FROM import_line JOIN import_run ON import_run.id = import_line.run_id
           WHERE import_run.state = 'FINISHED' LIMIT 100000))`,
      );
      if (forgotten === 0) return;
    }
  }

  async markBrokenOff(db: Queryable, runId: string): Promise<void> {
    await execute(db, `UPDATE import_run SET state = 'BROKEN_OFF' WHERE id = $1 AND state = 'RUNNING'`, [runId]);
  }

  /**
   * Claims lines for whom they speak, the first line of a run wins.
   *
   * @returns the lines that came too late, with the line that was first
   */
  async claimLines(
    tx: EntityManager,
    runId: string,
    lines: readonly { readonly key: string; readonly lineNumber: number }[],
  ): Promise<Map<number, number>> {
    if (lines.length === 0) return new Map();
    const keys = lines.map((line) => line.key);
    const numbers = lines.map((line) => line.lineNumber);
    const claimed = await rows<{ line: number }>(
      tx,
      `INSERT INTO import_line (run_id, line_key, line_number)
       SELECT $1, line_key, line_number FROM unnest($2::uuid[], $3::int[]) AS line (line_key, line_number)
       ON CONFLICT (run_id, line_key) DO NOTHING RETURNING line_number AS line`,
      [runId, keys, numbers],
    );
    if (claimed.length === lines.length) return new Map();
    const late = await rows<{ line: number; first: number }>(
      tx,
      `SELECT line.line_number AS line, earlier.line_number AS first
       FROM unnest($2::uuid[], $3::int[]) AS line (line_key, line_number)
       JOIN import_line earlier ON earlier.run_id = $1 AND earlier.line_key = line.line_key
       WHERE earlier.line_number <> line.line_number`,
      [runId, keys, numbers],
    );
    return new Map(late.map(({ line, first }) => [line, first]));
  }

  /** Errors in the order of the file, after a place in it. */
  listErrors(
    db: Queryable,
    runId: string,
    after: { lineNumber: number; ordinal: number } | null,
    limit: number,
  ): Promise<ImportErrorRow[]> {
    return rows(
      db,
      `SELECT line_number AS "lineNumber", ordinal, field, code, other_line_number AS "otherLineNumber"
       FROM import_error WHERE run_id = $1 AND (line_number, ordinal) > ($2, $3)
       ORDER BY line_number, ordinal LIMIT $4`,
      [runId, after?.lineNumber ?? 0, after?.ordinal ?? 0, limit],
    );
  }
}

/** Another process went on with the run, because this one was believed dead. Nothing is lost: it does the rest. */
export class ImportTakenOver extends Error {
  constructor() {
    super('Another process went on with this import');
    this.name = 'ImportTakenOver';
  }
}
