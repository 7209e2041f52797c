import { Injectable } from '@nestjs/common';
import { memberChanged, memberRegistered } from '@zhijia/contracts';
import { execute, inTransaction, row, SqlState, sqlStateOf } from '@zhijia/database';
import { Outbox } from '@zhijia/messaging';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as newId } from 'uuid';
import { PersonalFields } from '../members/personal-fields.js';
import { memberColumns } from '../rules/import-columns.js';
import type { ProblemAtLine } from '../rules/import-problem.js';
import { planMemberImport, type RegisteredMember } from '../rules/plan-member-import.js';
import { importLock, importLockSpace } from './hold-run.js';
import { ImportRunsStore, type ImportProgress, type ImportRunRow } from './import-runs.store.js';
import type { Importer } from './importer.js';
import { judgePortion, sealMember, type IndexedLine, type Portion } from './judge-portion.js';
import { MemberImportStore, type StoredMember, type WrittenMember } from './member-import.store.js';
import { inPortions, openImport, recordsAfter } from './open-import.js';
import type { CsvRecord } from './read-records.js';
import { runImport, type ImportOutcome, type ImportRequest } from './run-import.js';

/** Lines of one transaction: enough to make statements cheap, few enough to lose little when the power goes. */
const usualPortionLines = 4_000;
const mostCollisions = 3;

interface Landed {
  /** More than half of the lines were new members: the next portion is sealed while this one is written. */
  readonly hasManyNew: boolean;
}

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
    private readonly register: MemberImportStore,
    private readonly personal: PersonalFields,
    private readonly outbox: Outbox,
  ) {}

  async run(request: ImportRequest): Promise<ImportOutcome> {
    const opened = await openImport(request.source, memberColumns, request.largestBytes);
    if (opened.kind !== 'opened') return opened;
    const today = await row<{ today: string }>(this.db, 'SELECT zhijia_today() AS today');
    if (today === null) throw new Error('zhijia_today() answered no row');
    const { importer, isDryRun } = request;
    const { survey, unknownColumns, columns } = opened;
    const wanted = { kind: 'MEMBERS', survey, importer, isDryRun, unknownColumns } as const;
    return runImport(this.db, this.runs, wanted, (run) => {
      const records = run.lastLine > 1 ? recordsAfter(run.lastLine, request.source, survey) : opened.records();
      return this.importAll(run, request, records, (portion, expectsNew) =>
        judgePortion(this.personal, portion, columns, today.today, expectsNew),
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
        landing = this.landPatiently(run, request, afterLine, portion).then((landed) => {
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

  /** Somebody registers the same person another way in the same moment: then the register is asked again. */
  private async landPatiently(
    run: ImportRunRow,
    request: ImportRequest,
    afterLine: number,
    portion: Portion,
  ): Promise<Landed> {
    for (let collision = 1; ; collision += 1) {
      try {
        return await inTransaction(this.db, (tx) => this.land(tx, run, request, afterLine, portion));
      } catch (error) {
        if (sqlStateOf(error) !== SqlState.uniqueViolation || collision === mostCollisions) throw error;
      }
    }
  }

  private async land(
    tx: EntityManager,
    run: ImportRunRow,
    { importer, isDryRun }: ImportRequest,
    afterLine: number,
    portion: Portion,
  ): Promise<Landed> {
    await execute(tx, 'SELECT pg_advisory_xact_lock($1, $2)', [importLockSpace, importLock.members]);
    const plan = await this.plan(tx, run, importer, portion);
    if (isDryRun) await execute(tx, 'SAVEPOINT before_import');
    // Corrections first: one may give up a member number that a new member takes.
    await this.register.updateAll(tx, plan.corrected, run.id);
    await this.register.insertAll(tx, plan.added, run.id);
    await this.outbox.addAll(tx, memberRegistered, plan.added.map(eventOf));
    await this.outbox.addAll(tx, memberChanged, plan.corrected.map(eventOf));
    if (isDryRun) await execute(tx, 'ROLLBACK TO SAVEPOINT before_import');
    const progress: ImportProgress = {
      lastLine: portion.lastLine,
      added: plan.added.length,
      corrected: plan.corrected.length,
      unchanged: plan.unchangedCount,
      refused: portion.recordCount - plan.added.length - plan.corrected.length - plan.unchangedCount,
      problems: plan.problems,
    };
    await this.runs.advance(tx, run.id, afterLine, progress);
    return { hasManyNew: plan.added.length * 2 > portion.recordCount };
  }

  private async plan(
    tx: EntityManager,
    run: ImportRunRow,
    { reach }: Importer,
    portion: Portion,
  ): Promise<{
    added: WrittenMember[];
    corrected: WrittenMember[];
    unchangedCount: number;
    problems: ProblemAtLine[];
  }> {
    const codes = [...new Set(portion.lines.map(({ line }) => line.organisationCode))];
    const organisations = await this.register.organisationsByCode(tx, codes, reach);
    const problems = [...portion.problems];
    const fresh = await this.claim(tx, run.id, portion.lines, organisations, problems);

    const indexes = fresh.flatMap(({ candidates }) => candidates);
    const stored = await this.register.lockByIdNumber(tx, indexes, reach);
    const memberByIndex = new Map(stored.map((member) => [member.idNumberIndex.toString('hex'), member]));
    const numbers = fresh.flatMap(({ line }) => line.memberNumber ?? []);
    const holders = await this.register.numberHolders(tx, numbers, reach);

    const added: WrittenMember[] = [];
    const corrected: WrittenMember[] = [];
    let unchangedCount = 0;
    for (const { line, index, candidates, newcomer } of fresh) {
      const known = candidates.map((one) => memberByIndex.get(one.toString('hex'))).find((one) => one !== undefined);
      const member = known === undefined ? null : this.open(known);
      const plan = planMemberImport(line, {
        organisation: organisations.get(line.organisationCode) ?? null,
        member,
        numberHolder: line.memberNumber ? (holders.get(line.memberNumber) ?? null) : null,
      });
      if (plan.kind === 'refused') {
        problems.push({ lineNumber: line.lineNumber, ...plan.problem });
        continue;
      }
      if (plan.kind === 'unchanged') {
        unchangedCount += 1;
        continue;
      }
      const isNew = plan.kind === 'register';
      const sealed = isNew
        ? (newcomer ?? sealMember(this.personal, newId(), line))
        : sealMember(this.personal, plan.member.id, line);
      const writtenMember: WrittenMember = {
        ...sealed,
        version: isNew ? 1 : plan.member.version + 1,
        idNumberIndex: index,
        facts: plan.facts,
        change: isNew ? 'REGISTERED' : plan.change,
        changedFields: isNew ? [] : plan.changedFields,
      };
      (isNew ? added : corrected).push(writtenMember);
      // Later lines of this portion see what this one takes and gives up.
      const formerNumber = isNew ? null : plan.member.facts.memberNumber;
      if (formerNumber !== null && formerNumber !== plan.facts.memberNumber) holders.delete(formerNumber);
      if (plan.facts.memberNumber !== null)
        holders.set(plan.facts.memberNumber, { memberId: sealed.id, isInReach: true });
    }
    return { added, corrected, unchangedCount, problems };
  }

  /** The lines that are the first of the file to speak for their person; one that cannot land claims nobody. */
  private async claim(
    tx: EntityManager,
    runId: string,
    lines: readonly IndexedLine[],
    organisations: ReadonlyMap<string, unknown>,
    problems: ProblemAtLine[],
  ): Promise<IndexedLine[]> {
    const repeated = (lineNumber: number, otherLineNumber: number): void => {
      problems.push({ lineNumber, field: 'idNumber', code: 'DUPLICATE_IN_FILE', otherLineNumber });
    };
    const firstLines = new Map<string, number>();
    const claims: { key: string; lineNumber: number }[] = [];
    const claiming: IndexedLine[] = [];
    const unplaced: IndexedLine[] = [];
    for (const indexed of lines) {
      const { lineNumber, organisationCode } = indexed.line;
      if (!organisations.has(organisationCode)) {
        unplaced.push(indexed);
        continue;
      }
      const key = indexed.index.subarray(1, 17).toString('hex');
      const first = firstLines.get(key);
      if (first !== undefined) {
        repeated(lineNumber, first);
        continue;
      }
      firstLines.set(key, lineNumber);
      claims.push({ key, lineNumber });
      claiming.push(indexed);
    }
    const late = await this.runs.claimLines(tx, runId, claims);
    for (const [lineNumber, first] of late) repeated(lineNumber, first);
    const heard = late.size === 0 ? claiming : claiming.filter(({ line }) => !late.has(line.lineNumber));
    return unplaced.length === 0 ? heard : [...unplaced, ...heard];
  }

  private open(member: StoredMember): RegisteredMember {
    return {
      id: member.id,
      version: member.version,
      fullName: this.personal.openFullName(member.id, member.fullNameSealed),
      phone: this.personal.openPhone(member.id, member.phoneSealed),
      facts: member.facts,
      isInReach: member.isInReach,
    };
  }
}

function eventOf({ id, version, facts }: WrittenMember) {
  const { organisationId, status, verification, strata, joinedOn } = facts;
  return {
    aggregateId: id,
    payload: { memberId: id, version, organisationId, status, verification, strata: [...strata], joinedOn },
  };
}
