import { UNANIMITY_BOUND, addCounters, isUnanimous, mayStandAlone } from './answer-counts.js';
import { OTHER_STRATUM } from './manifest.js';

/** Ballots of one stratum in one published cell. Known to the tally only; it is published nowhere. */
export interface Crossing {
  readonly ballots: number;
  readonly counters: Uint32Array;
}

/** Strata that are published together. */
export interface MergedStratum {
  readonly stratum: string;
  /** Names of the manifest it stands for, in the manifest's order. */
  readonly merges: readonly string[];
  readonly ballots: number;
  readonly counters: Uint32Array;
}

interface Group {
  /** Positions in the list of names. */
  readonly strata: readonly number[];
  readonly isOther: boolean;
  readonly ballots: number;
  readonly counters: Uint32Array;
}

/**
 * Merges strata so that neither a stratum, nor the difference of the two published tables, singles out few people.
 *
 * 1. A stratum that may not stand alone goes into OTHER; an OTHER that may not takes in the smallest stratum, and the next.
 * 2. The tables by cell and by stratum count the same ballots. Where a set of strata is nearly the same people as a set
 *    of cells, subtracting one sum from the other leaves just the few who are not in both. For a set `V` of strata the
 *    fewest ballots left that way is the sum over cells of the smaller of (ballots in `V`, ballots outside `V`). It must
 *    be none, or at least `k`; and while it is under twenty, none of the parts it is made of may be unanimous. Where
 *    this fails, the smallest stratum on either side are merged into OTHER, until it holds. (In words of graphs: cells
 *    and strata as nodes, ballots as edges, every cut has no edge or at least `k`; that covers every sum and difference
 *    with any factors, for a factor that differs across some ballots makes a cut of them.)
 *
 * @param names strata of the manifest in order, OTHER last.
 * @param crossings by published cell, one for each name.
 */
export function mergeStrata(
  names: readonly string[],
  crossings: readonly (readonly Crossing[])[],
  minimumCell: number,
): MergedStratum[] {
  let groups = mergeSmallStrata(names, crossings, minimumCell);
  for (;;) {
    const side = findRevealingSide(groups, crossings, minimumCell);
    if (side === null) break;
    const isChosen = smallestOf(groups, (index) => side.has(index));
    const isOutside = smallestOf(groups, (index) => !side.has(index));
    groups = mergeIntoOther(groups, (group) => group === isChosen || group === isOutside);
  }
  return groups.map(({ strata, isOther, ballots, counters }) => ({
    stratum: isOther ? OTHER_STRATUM : (names[strata[0] ?? -1] ?? OTHER_STRATUM),
    merges: strata.map((index) => names[index] ?? OTHER_STRATUM),
    ballots,
    counters,
  }));
}

function mergeSmallStrata(
  names: readonly string[],
  crossings: readonly (readonly Crossing[])[],
  minimumCell: number,
): Group[] {
  const mayStay = ({ ballots, counters }: Group): boolean => mayStandAlone(ballots, counters, minimumCell);
  let groups = names.map((name, index): Group => {
    const counters = new Uint32Array(crossings[0]?.[index]?.counters.length ?? 0);
    let ballots = 0;
    for (const cell of crossings) {
      const crossing = cell[index];
      if (crossing === undefined) continue;
      ballots += crossing.ballots;
      addCounters(counters, crossing.counters);
    }
    return { strata: [index], isOther: name === OTHER_STRATUM, ballots, counters };
  });
  groups = mergeIntoOther(groups, (group) => !mayStay(group));
  for (;;) {
    const other = groups.find((group) => group.isOther);
    if (other === undefined || groups.length === 1 || mayStay(other)) return groups;
    // Nobody without a stratum, and none merged: there is no such row, and nobody it could hide.
    if (other.ballots === 0 && other.strata.length === 1) return groups.filter((group) => group !== other);
    const smallest = smallestOf(groups, (index) => groups[index] !== other);
    groups = mergeIntoOther(groups, (group) => group === smallest);
  }
}

function mergeIntoOther(groups: readonly Group[], isMerged: (group: Group) => boolean): Group[] {
  const merged = groups.filter((group) => group.isOther || isMerged(group));
  const [first] = merged;
  if (first === undefined) return [...groups];
  const counters = new Uint32Array(first.counters.length);
  for (const group of merged) addCounters(counters, group.counters);
  const other: Group = {
    strata: merged.flatMap(({ strata }) => strata).sort((left, right) => left - right),
    isOther: true,
    ballots: merged.reduce((sum, { ballots }) => sum + ballots, 0),
    counters,
  };
  return [...groups.filter((group) => !merged.includes(group)), other];
}

/** A set of groups whose sum lies too near to a sum of cells, or null. The first group is never in it: sets have two sides. */
function findRevealingSide(
  groups: readonly Group[],
  crossings: readonly (readonly Crossing[])[],
  minimumCell: number,
): ReadonlySet<number> | null {
  const ballotsOf = crossings.map((cell) =>
    groups.map(({ strata }) => strata.reduce((sum, index) => sum + (cell[index]?.ballots ?? 0), 0)),
  );
  const totals = ballotsOf.map((row) => row.reduce((sum, ballots) => sum + ballots, 0));
  for (let mask = 1; mask < 2 ** (groups.length - 1); mask += 1) {
    const side = new Set([...groups.keys()].filter((index) => index > 0 && (mask & (1 << (index - 1))) !== 0));
    let left = 0;
    const mixed: number[] = [];
    for (const [cell, row] of ballotsOf.entries()) {
      let inside = 0;
      for (const index of side) inside += row[index] ?? 0;
      const smaller = Math.min(inside, (totals[cell] ?? 0) - inside);
      left += smaller;
      if (smaller > 0) mixed.push(cell);
      if (left >= Math.max(UNANIMITY_BOUND, minimumCell)) break;
    }
    if (left === 0 || left >= Math.max(UNANIMITY_BOUND, minimumCell)) continue;
    if (left < minimumCell) return side;
    if (mixed.some((cell) => hasUnanimousPart(crossings[cell] ?? [], groups, side))) return side;
  }
  return null;
}

/** Whether the ballots of a cell inside, or those outside, are under twenty and agree on some target. */
function hasUnanimousPart(cell: readonly Crossing[], groups: readonly Group[], side: ReadonlySet<number>): boolean {
  return [true, false].some((inside) => {
    const counters = new Uint32Array(cell[0]?.counters.length ?? 0);
    let ballots = 0;
    for (const [index, { strata }] of groups.entries()) {
      if (side.has(index) !== inside) continue;
      for (const stratum of strata) {
        const crossing = cell[stratum];
        if (crossing === undefined) continue;
        ballots += crossing.ballots;
        addCounters(counters, crossing.counters);
      }
    }
    return ballots < UNANIMITY_BOUND && isUnanimous(counters);
  });
}

function smallestOf(groups: readonly Group[], isAsked: (index: number) => boolean): Group | undefined {
  return groups
    .filter((_, index) => isAsked(index))
    .reduce<Group | undefined>(
      (best, group) => (best !== undefined && best.ballots <= group.ballots ? best : group),
      undefined,
    );
}
