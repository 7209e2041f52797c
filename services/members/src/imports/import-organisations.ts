import { Injectable } from '@nestjs/common';
import { organisationChanged } from '@zhijia/contracts';
import { inTransaction } from '@zhijia/database';
import { Outbox } from '@zhijia/messaging';
import { DataSource, type EntityManager } from 'typeorm';
import {
  OrganisationTreeStore,
  type PlacedOrganisation,
  type TreeRow,
} from '../organisations/organisation-tree.store.js';
import { organisationColumns, type OrganisationColumn } from '../rules/import-columns.js';
import type { ProblemAtLine } from '../rules/import-problem.js';
import { layOutTree } from '../rules/lay-out-tree.js';
import { planOrganisationImport, type OrganisationPlan } from '../rules/plan-organisation-import.js';
import { readOrganisationLine, type OrganisationLine } from '../rules/read-organisation-line.js';
import { ImportRunsStore } from './import-runs.store.js';
import { lockLanding, writePortion } from './landing.store.js';
import { openImport } from './open-import.js';
import type { CsvRecord } from './read-records.js';
import { runImport, type ImportOutcome, type ImportRequest } from './run-import.js';
import { understandRecord } from './understand-record.js';

/** A tree is judged as a whole, so it is held in memory as a whole. */
const mostOrganisationLines = 50_000;

/**
 * Adds and corrects organisations from a CSV file, by the federation's own code. All good lines land in one
 * transaction: a tree has no half. Every organisation whose state changed tells it, also those below a moved one.
 */
@Injectable()
export class ImportOrganisations {
  constructor(
    private readonly db: DataSource,
    private readonly runs: ImportRunsStore,
    private readonly tree: OrganisationTreeStore,
    private readonly outbox: Outbox,
  ) {}

  async run(request: ImportRequest): Promise<ImportOutcome> {
    const opened = await openImport(request.source, organisationColumns, request.largestBytes);
    if (opened.kind !== 'opened') return opened;
    const records: CsvRecord[] = [];
    for await (const portion of opened.records()) {
      for (const record of portion) records.push(record);
      if (records.length > mostOrganisationLines)
        return { kind: 'tooLarge', most: mostOrganisationLines, unit: 'lines' };
    }
    const { lines, problems } = readAll(records, opened.columns);
    const lastLine = records.at(-1)?.lineNumber ?? 1;
    const { importer, isDryRun } = request;
    const { survey, unknownColumns } = opened;
    return runImport(
      this.db,
      this.runs,
      { kind: 'ORGANISATIONS', survey, importer, isDryRun, unknownColumns },
      async (run) => {
        if (run.lastLine >= lastLine) return true;
        await inTransaction(this.db, async (tx) => {
          await lockLanding(tx, 'organisations');
          const stored = await this.tree.lockTree(tx, importer.reach);
          const plan = planOrganisationImport(stored, lines, importer.reach === null);
          await writePortion(tx, isDryRun, () => this.land(tx, stored, plan));
          await this.runs.advance(tx, run.id, run.lastLine, progressOf(plan, problems, lastLine));
        });
        request.onProgress?.(lastLine);
        return true;
      },
    );
  }

  private async land(tx: EntityManager, stored: readonly TreeRow[], plan: OrganisationPlan): Promise<void> {
    const identities = await this.tree.newIdentities(tx, plan.added.length);
    const { added, changed } = placeOrganisations(stored, plan, identities);
    await this.tree.insertAll(tx, added);
    await this.tree.updateAll(tx, changed);
    await this.outbox.addAll(
      tx,
      organisationChanged,
      [...added, ...changed].map((organisation) => ({
        aggregateId: organisation.id,
        payload: { ...organisation, organisationId: organisation.id },
      })),
    );
  }
}

function readAll(
  records: readonly CsvRecord[],
  columns: readonly (OrganisationColumn | null)[],
): { lines: OrganisationLine[]; problems: ProblemAtLine[] } {
  const lines: OrganisationLine[] = [];
  const problems: ProblemAtLine[] = [];
  for (const record of records) {
    const reading = understandRecord(record, columns, readOrganisationLine);
    if (reading.kind === 'read') lines.push(reading.line);
    else problems.push(...reading.problems);
  }
  return { lines, problems };
}

/** Gives the new ones their identity and everybody their path; one whose path changed counts as changed. */
function placeOrganisations(
  stored: readonly TreeRow[],
  plan: OrganisationPlan,
  identities: readonly { id: string; node: number }[],
): { added: PlacedOrganisation[]; changed: PlacedOrganisation[] } {
  const idByCode = new Map(stored.map((organisation) => [organisation.code, organisation.id]));
  const newcomers = plan.added.map((facts, place) => {
    const identity = identities[place];
    if (identity === undefined) throw new Error('An organisation was planned without an identity');
    idByCode.set(facts.code, identity.id);
    return { facts, ...identity };
  });
  const parentIdOf = (code: string | null): string | null => (code === null ? null : (idByCode.get(code) ?? null));
  const corrections = new Map(plan.corrected.map((facts) => [facts.code, facts]));
  const after = stored.map((row) => {
    const facts = corrections.get(row.code);
    return facts === undefined ? row : { ...row, ...facts, parentId: parentIdOf(facts.parentCode) };
  });
  const fresh = newcomers.map(({ facts, id, node }) => ({
    ...facts,
    id,
    node,
    parentId: parentIdOf(facts.parentCode),
  }));
  const paths = layOutTree([...after, ...fresh]);
  const pathOf = (id: string): string => {
    const path = paths.get(id);
    if (path === undefined) throw new Error('An organisation was laid out without a path');
    return path;
  };
  return {
    added: fresh.map((organisation) => ({ ...organisation, path: pathOf(organisation.id), version: 1 })),
    changed: after
      .filter((organisation) => corrections.has(organisation.code) || pathOf(organisation.id) !== organisation.path)
      .map((organisation) => ({
        ...organisation,
        path: pathOf(organisation.id),
        version: organisation.version + 1,
      })),
  };
}

function progressOf(
  plan: OrganisationPlan,
  readingProblems: readonly ProblemAtLine[],
  lastLine: number,
): Parameters<ImportRunsStore['advance']>[3] {
  const problems = [...readingProblems, ...plan.problems];
  return {
    lastLine,
    added: plan.added.length,
    corrected: plan.corrected.length,
    unchanged: plan.unchangedCount,
    refused: new Set(problems.map((problem) => problem.lineNumber)).size,
    problems,
  };
}
