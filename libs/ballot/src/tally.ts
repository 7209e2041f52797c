import { addCounters, ANSWER_KINDS, answerCounts, emptyCounters } from './answer-counts.js';
import type { AnswerCounts } from './answer-counts.js';
import { CODE_BYTES } from './ballot-codec.js';
import { ballotWidths, stratumNames } from './ballot-columns.js';
import type { BallotColumns } from './ballot-columns.js';
import type { ClosingDigest } from './closing-digest.js';
import type { Manifest } from './manifest.js';
import { mergeCells } from './merge-cells.js';
import type { MergedCell } from './merge-cells.js';
import { mergeStrata } from './merge-strata.js';
import type { Crossing, MergedStratum } from './merge-strata.js';
import { sortRatings } from './sort-ratings.js';
import type { RatingList } from './sort-ratings.js';
import { targetResult, turnoutOf } from './results.js';
import type { CampaignResults } from './results.js';

/** Ballots held in one block of memory. */
const BLOCK_BALLOTS = 8_192;

/** Organisations published together. */
export interface Cell {
  /** Path of the organisation; with a `+` where several are published together under it. */
  readonly cellId: string;
  /** The only organisation of the cell, or the lowest above all of them. */
  readonly organisationId: string;
  /** All organisations of the cell in tree order. */
  readonly organisationIds: readonly string[];
  /** Slots of these organisations, added ones included. */
  readonly slots: number;
  readonly ballots: number;
}

/** A stratum as published. */
export interface Stratum {
  readonly stratum: string;
  /** The manifest's strata it stands for. */
  readonly merges: readonly string[];
  readonly ballots: number;
}

/** Two tables over the same ballots, never crossed, and results that are their sums. */
export interface TallyOutcome {
  readonly kind: 'tallied';
  readonly counted: number;
  readonly spoiled: number;
  readonly cells: readonly Cell[];
  readonly strata: readonly Stratum[];
  readonly results: CampaignResults;
  cellCounts(targetIndex: number, cellIndex: number): AnswerCounts;
  stratumCounts(targetIndex: number, stratumIndex: number): AnswerCounts;
  /** Made on demand, so that millions of ratings stream. */
  ratings(targetIndex: number, cellIndex: number): RatingList;
}

/** `tooFewBallots`: fewer than `k` ballots count; the campaign is closed without result. */
export type TallyEnd =
  TallyOutcome | { readonly kind: 'tooFewBallots'; readonly counted: number; readonly spoiled: number };

type Block = Pick<BallotColumns, 'organisations' | 'strata' | 'grades' | 'codes'>;

/**
 * Counts opened ballots. Feed them in any order: the outcome depends on their content alone. Memory is one byte per
 * rating, eight more per code and five per ballot: 127 MB for 533,000 ballots over 26 targets.
 */
export class Tally {
  private readonly targetCount: number;
  private readonly codeBytes: number;
  private readonly stratumNames: readonly string[];
  private readonly blocks: Block[] = [];
  private counted = 0;
  private spoiled = 0;

  constructor(private readonly manifest: Manifest) {
    const { grades, codes } = ballotWidths(manifest);
    this.targetCount = grades;
    this.codeBytes = codes;
    this.stratumNames = stratumNames(manifest);
  }

  /** Takes over what a `BallotGatherer` of the same manifest gathered. @throws RangeError where it is of another. */
  add(columns: BallotColumns): void {
    const { count } = columns;
    const fits =
      columns.grades.length === columns.organisations.length * this.targetCount &&
      columns.codes.length === columns.organisations.length * this.codeBytes;
    if (!fits || count > columns.organisations.length) throw new RangeError('These are not ballots of this manifest.');
    for (let from = 0; from < count;) {
      const at = this.counted % BLOCK_BALLOTS;
      const to = Math.min(count, from + BLOCK_BALLOTS - at);
      const block = at === 0 ? this.newBlock() : this.blockOf(this.counted);
      block.organisations.set(columns.organisations.subarray(from, to), at);
      block.strata.set(columns.strata.subarray(from, to), at);
      block.grades.set(columns.grades.subarray(from * this.targetCount, to * this.targetCount), at * this.targetCount);
      block.codes.set(columns.codes.subarray(from * this.codeBytes, to * this.codeBytes), at * this.codeBytes);
      this.counted += to - from;
      from = to;
    }
    this.spoiled += columns.spoiled;
  }

  /**
   * Merges what is too small and gives tables, lists and results.
   *
   * @param closing what was sealed before the opening.
   * @throws Error where more or fewer ballots were fed than the closing digest says.
   */
  finish(closing: ClosingDigest): TallyEnd {
    const { counted, spoiled, manifest } = this;
    if (counted + spoiled !== closing.accepted - closing.replaced) {
      throw new Error(`Sealed were ${closing.accepted - closing.replaced} ballots, fed ${counted + spoiled}.`);
    }
    if (counted < manifest.minimumCell) return { kind: 'tooFewBallots', counted, spoiled };
    const mergedCells = this.mergeCells();
    const ballotsOf = this.ballotsByCell(mergedCells);
    const mergedStrata = mergeStrata(
      this.stratumNames,
      ballotsOf.map((ballots) => this.crossingsOf(ballots)),
      manifest.minimumCell,
    );
    return this.outcome(closing, mergedCells, mergedStrata, ballotsOf);
  }

  private outcome(
    closing: ClosingDigest,
    cells: readonly MergedCell[],
    strata: readonly MergedStratum[],
    ballotsOf: readonly Uint32Array[],
  ): TallyOutcome {
    const { manifest, counted, spoiled } = this;
    const gradeCount = manifest.scale.grades;
    const totals = emptyCounters(manifest);
    for (const { counters } of cells) addCounters(totals, counters);
    const slots = slotsByOrganisation(manifest, closing);
    const organisationAt = new Map(manifest.organisations.map(({ path, organisationId }) => [path, organisationId]));
    return {
      kind: 'tallied',
      counted,
      spoiled,
      cells: cells.map(({ path, members, ballots }) => {
        const organisationIds = members.map((member) => memberOf(manifest.organisations, member).organisationId);
        return {
          cellId: cellIdOf(path, members.length),
          organisationId: organisationAt.get(path) ?? '',
          organisationIds,
          slots: organisationIds.reduce((sum, organisationId) => sum + (slots.get(organisationId) ?? 0), 0),
          ballots,
        };
      }),
      strata: strata.map(({ stratum, merges, ballots }) => ({ stratum, merges, ballots })),
      results: {
        turnout: turnoutOf(manifest, closing),
        targets: manifest.targetIds.map((targetId, target) =>
          targetResult(targetId, answerCounts(totals, target, gradeCount), manifest),
        ),
      },
      cellCounts: (target, cell) => answerCounts(memberOf(cells, cell).counters, target, gradeCount),
      stratumCounts: (target, stratum) => answerCounts(memberOf(strata, stratum).counters, target, gradeCount),
      ratings: (target, cell) => this.ratings(target, memberOf(ballotsOf, cell)),
    };
  }

  private mergeCells(): MergedCell[] {
    const leaves = this.manifest.organisations.map(({ path }) => ({
      path,
      ballots: 0,
      counters: emptyCounters(this.manifest),
    }));
    for (let ballot = 0; ballot < this.counted; ballot += 1) {
      const leaf = memberOf(leaves, this.blockOf(ballot).organisations[ballot % BLOCK_BALLOTS] ?? -1);
      leaf.ballots += 1;
      this.count(ballot, leaf.counters);
    }
    return mergeCells(leaves, this.manifest.minimumCell);
  }

  private ballotsByCell(cells: readonly MergedCell[]): Uint32Array[] {
    const cellOf = new Uint32Array(this.manifest.organisations.length);
    for (const [cell, { members }] of cells.entries()) for (const member of members) cellOf[member] = cell;
    const lists = cells.map(({ ballots }) => new Uint32Array(ballots));
    const filled = new Uint32Array(cells.length);
    for (let ballot = 0; ballot < this.counted; ballot += 1) {
      const cell = cellOf[this.blockOf(ballot).organisations[ballot % BLOCK_BALLOTS] ?? -1] ?? -1;
      const at = filled[cell] ?? 0;
      memberOf(lists, cell)[at] = ballot;
      filled[cell] = at + 1;
    }
    return lists;
  }

  private crossingsOf(ballots: Uint32Array): Crossing[] {
    const crossings = this.stratumNames.map(() => ({ ballots: 0, counters: emptyCounters(this.manifest) }));
    for (const ballot of ballots) {
      const crossing = memberOf(crossings, this.blockOf(ballot).strata[ballot % BLOCK_BALLOTS] ?? -1);
      crossing.ballots += 1;
      this.count(ballot, crossing.counters);
    }
    return crossings;
  }

  private count(ballot: number, counters: Uint32Array): void {
    const { grades } = this.blockOf(ballot);
    const from = (ballot % BLOCK_BALLOTS) * this.targetCount;
    for (let target = 0; target < this.targetCount; target += 1) {
      const counter = target * ANSWER_KINDS + (grades[from + target] ?? 0);
      counters[counter] = (counters[counter] ?? 0) + 1;
    }
  }

  private ratings(target: number, ballots: Uint32Array): RatingList {
    const count = ballots.length;
    const grades = new Uint8Array(count);
    const codes = new Uint8Array(this.codeBytes === 0 ? 0 : count * CODE_BYTES);
    // Millions of times: plain loops, where an iterator for each would take longer than the sorting.
    for (let index = 0; index < count; index += 1) {
      const ballot = ballots[index] ?? 0;
      const at = ballot % BLOCK_BALLOTS;
      const block = this.blockOf(ballot);
      grades[index] = block.grades[at * this.targetCount + target] ?? 0;
      if (this.codeBytes === 0) continue;
      const from = at * this.codeBytes + target * CODE_BYTES;
      for (let byte = 0; byte < CODE_BYTES; byte += 1) {
        codes[index * CODE_BYTES + byte] = block.codes[from + byte] ?? 0;
      }
    }
    if (this.codeBytes === 0) return { grades: grades.sort(), codes };
    return sortRatings({ grades, codes });
  }

  private newBlock(): Block {
    const block: Block = {
      organisations: new Uint32Array(BLOCK_BALLOTS),
      strata: new Uint8Array(BLOCK_BALLOTS),
      grades: new Uint8Array(BLOCK_BALLOTS * this.targetCount),
      codes: new Uint8Array(BLOCK_BALLOTS * this.codeBytes),
    };
    this.blocks.push(block);
    return block;
  }

  private blockOf(ballot: number): Block {
    return memberOf(this.blocks, Math.floor(ballot / BLOCK_BALLOTS));
  }
}

/** Names a cell by the organisation it is reported at; `+` says that several are published together. */
export function cellIdOf(path: string, organisationCount: number): string {
  return organisationCount > 1 ? `${path}+` : path;
}

/** Slots of every organisation, added ones included. */
export function slotsByOrganisation(manifest: Manifest, closing: ClosingDigest): Map<string, number> {
  const slots = new Map(manifest.organisations.map(({ organisationId, slotCount }) => [organisationId, slotCount]));
  for (const { organisationId, slotCount } of closing.addedSlots) {
    slots.set(organisationId, (slots.get(organisationId) ?? 0) + slotCount);
  }
  return slots;
}

function memberOf<Member>(list: readonly Member[], index: number): Member {
  const member = list[index];
  if (member === undefined) throw new RangeError(`There is no member ${index}.`);
  return member;
}
