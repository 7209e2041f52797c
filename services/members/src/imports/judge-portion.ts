import { v7 as newId } from 'uuid';
import type { PersonalFields, SealedPerson } from '../members/personal-fields.js';
import type { MemberColumn } from '../rules/import-columns.js';
import type { ProblemAtLine } from '../rules/import-problem.js';
import { readMemberLine, type MemberLine } from '../rules/read-member-line.js';
import type { CsvRecord } from './read-records.js';
import { understandRecord } from './understand-record.js';

/** A well-formed line with what finds its person. */
export interface IndexedLine {
  readonly line: MemberLine;
  readonly index: Buffer;
  readonly candidates: readonly Buffer[];
  /** Sealed ahead for a new member; null where hardly anybody is expected to be new. */
  readonly newcomer: SealedMember | null;
}

export type SealedMember = SealedPerson & { readonly id: string; readonly phoneIndex: Buffer };

/** What can be said of a portion without the register. */
export interface Portion {
  readonly lastLine: number;
  readonly recordCount: number;
  readonly lines: readonly IndexedLine[];
  readonly problems: readonly ProblemAtLine[];
}

/**
 * Reads the lines of a portion and finds what can be said of each by itself. Needs no database, so it runs while the
 * database writes the portion before.
 *
 * @param expectsNew whether to seal each line as a new member's already
 */
export function judgePortion(
  personal: PersonalFields,
  records: readonly CsvRecord[],
  columns: readonly (MemberColumn | null)[],
  today: string,
  expectsNew: boolean,
): Portion {
  const lines: IndexedLine[] = [];
  const problems: ProblemAtLine[] = [];
  for (const record of records) {
    const reading = understandRecord(record, columns, (lineNumber, cells) => readMemberLine(lineNumber, cells, today));
    if (reading.kind === 'refused') {
      problems.push(...reading.problems);
      continue;
    }
    const { current, candidates } = personal.idNumberIndexes(reading.line.idNumber);
    const newcomer = expectsNew ? sealMember(personal, newId(), reading.line) : null;
    lines.push({ line: reading.line, index: current, candidates, newcomer });
  }
  return { lastLine: records.at(-1)?.lineNumber ?? 0, recordCount: records.length, lines, problems };
}

/** What a member's row keeps of the person, for whoever has this id. */
export function sealMember(personal: PersonalFields, memberId: string, line: MemberLine): SealedMember {
  return { id: memberId, phoneIndex: personal.phoneIndex(line.phone), ...personal.seal(memberId, line) };
}
