import { Injectable } from '@nestjs/common';
import { memberChanged, memberRegistered } from '@zhijia/contracts';
import { inTransaction, SqlState, sqlStateOf } from '@zhijia/database';
import { Outbox } from '@zhijia/messaging';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as newId } from 'uuid';
import { PersonalFields } from '../members/personal-fields.js';
import type { ProblemAtLine } from '../rules/import-problem.js';
import { planMemberImport, type MemberPlan, type RegisteredMember } from '../rules/plan-member-import.js';
import { ImportRunsStore, type ImportProgress } from './import-runs.store.js';
import type { Importer } from './importer.js';
import { sealMember, type IndexedLine, type Portion } from './judge-portion.js';
import { lockLanding, writePortion } from './landing.store.js';
import { MemberImportStore, type StoredMember, type WrittenMember } from './member-import.store.js';

const mostCollisions = 3;

export interface PortionLanding {
  readonly runId: string;
  readonly importer: Importer;
  readonly isDryRun: boolean;
  /** How far the run has come: a portion lands behind it or not at all. */
  readonly afterLine: number;
  readonly portion: Portion;
}

export interface Landed {
  /** More than half of the lines were new members: the next portion is sealed while this one is written. */
  readonly hasManyNew: boolean;
}

/** What a portion does to the register. */
interface PortionPlan {
  readonly added: readonly WrittenMember[];
  readonly corrected: readonly WrittenMember[];
  readonly unchangedCount: number;
  readonly problems: readonly ProblemAtLine[];
}

/** Writes a portion to the register with its history, events, errors and count: all of them, or nothing. */
@Injectable()
export class LandPortion {
  constructor(
    private readonly db: DataSource,
    private readonly runs: ImportRunsStore,
    private readonly register: MemberImportStore,
    private readonly personal: PersonalFields,
    private readonly outbox: Outbox,
  ) {}

  /** Somebody registers the same person another way in the same moment: then the register is asked again. */
  async run(landing: PortionLanding): Promise<Landed> {
    for (let collision = 1; ; collision += 1) {
      try {
        return await inTransaction(this.db, (tx) => this.land(tx, landing));
      } catch (error) {
        if (sqlStateOf(error) !== SqlState.uniqueViolation || collision === mostCollisions) throw error;
      }
    }
  }

  private async land(tx: EntityManager, landing: PortionLanding): Promise<Landed> {
    const { runId, isDryRun, afterLine, portion } = landing;
    await lockLanding(tx, 'members');
    const plan = await this.plan(tx, landing);
    await writePortion(tx, isDryRun, async () => {
      // Corrections first: one may give up a member number that a new member takes.
      await this.register.updateAll(tx, plan.corrected, runId);
      await this.register.insertAll(tx, plan.added, runId);
      await this.outbox.addAll(tx, memberRegistered, plan.added.map(eventOf));
      await this.outbox.addAll(tx, memberChanged, plan.corrected.map(eventOf));
    });
    const progress: ImportProgress = {
      lastLine: portion.lastLine,
      added: plan.added.length,
      corrected: plan.corrected.length,
      unchanged: plan.unchangedCount,
      refused: portion.recordCount - plan.added.length - plan.corrected.length - plan.unchangedCount,
      problems: plan.problems,
    };
    await this.runs.advance(tx, runId, afterLine, progress);
    return { hasManyNew: plan.added.length * 2 > portion.recordCount };
  }

  private async plan(tx: EntityManager, { runId, importer, portion }: PortionLanding): Promise<PortionPlan> {
    const { reach } = importer;
    const codes = [...new Set(portion.lines.map(({ line }) => line.organisationCode))];
    const organisations = await this.register.organisationsByCode(tx, codes, reach);
    const problems = [...portion.problems];
    const fresh = await this.claim(tx, runId, portion.lines, organisations, problems);

    const indexes = fresh.flatMap(({ candidates }) => candidates);
    const stored = await this.register.lockByIdNumber(tx, indexes, reach);
    const memberByIndex = new Map(stored.map((member) => [member.idNumberIndex.toString('hex'), member]));
    const numbers = fresh.flatMap(({ line }) => line.memberNumber ?? []);
    const holders = await this.register.numberHolders(tx, numbers, reach);

    const added: WrittenMember[] = [];
    const corrected: WrittenMember[] = [];
    let unchangedCount = 0;
    for (const indexed of fresh) {
      const { line, candidates } = indexed;
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
      const written = this.rowOf(indexed, plan);
      (plan.kind === 'register' ? added : corrected).push(written);
      // Later lines of this portion see what this one takes and gives up.
      const { memberNumber } = plan.facts;
      const formerNumber = member?.facts.memberNumber ?? null;
      if (formerNumber !== null && formerNumber !== memberNumber) holders.delete(formerNumber);
      if (memberNumber !== null) holders.set(memberNumber, { memberId: written.id, isInReach: true });
    }
    return { added, corrected, unchangedCount, problems };
  }

  private rowOf(indexed: IndexedLine, plan: Extract<MemberPlan, { facts: unknown }>): WrittenMember {
    const { line, index: idNumberIndex, newcomer } = indexed;
    const { facts } = plan;
    if (plan.kind === 'register') {
      const sealed = newcomer ?? sealMember(this.personal, newId(), line);
      return { ...sealed, version: 1, idNumberIndex, facts, change: 'REGISTERED', changedFields: [] };
    }
    const { member, change, changedFields } = plan;
    const sealed = sealMember(this.personal, member.id, line);
    return { ...sealed, version: member.version + 1, idNumberIndex, facts, change, changedFields };
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
