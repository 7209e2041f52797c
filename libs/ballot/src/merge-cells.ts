import { addCounters, mayStandAlone } from './answer-counts.js';

/** An organisation of the electorate with the counted ballots of its own members (not of those below it). */
export interface CellLeaf {
  readonly path: string;
  readonly ballots: number;
  /** Per target seven counters: none, grades 1 to 5, don't know. */
  readonly counters: Uint32Array;
}

/** Organisations that are published together. */
export interface MergedCell {
  /** The organisation the cell is reported at: the only one of the cell, or the lowest above all of them. */
  readonly path: string;
  /** Positions in the list of leaves, ascending. */
  readonly members: readonly number[];
  readonly ballots: number;
  readonly counters: Uint32Array;
}

/**
 * Merges organisations upwards until each group may stand alone (rule `merge-upwards-1`):
 *
 * 1. From the leaves to the root: an organisation that may stand alone is a cell. What may not is gathered at its parent
 *    into one group; if that may stand alone it is a cell reported there, else it goes on upwards.
 * 2. What is left at the root joins the cell nearest in the tree (the smallest of them; of equal ones the first), and the
 *    next, until it may stand alone. With no cell at all everybody is one cell.
 *
 * The cells are a partition, each organisation whole in exactly one, and nothing else is published by organisation. So
 * any sum or difference of published figures is made of whole cells, and a small organisation hidden beside large ones
 * does not follow from a total: the total over its parent is published nowhere.
 *
 * @param leaves in tree order, the root first, every parent listed.
 */
export function mergeCells(leaves: readonly CellLeaf[], minimumCell: number): MergedCell[] {
  const cells: MergedCell[] = [];
  /** By the path they are gathered at: positions of organisations that wait for company. */
  const waiting = new Map<string, number[]>();
  const wait = (path: string, members: readonly number[]): void => {
    const already = waiting.get(path);
    if (already === undefined) waiting.set(path, [...members]);
    else for (const member of members) already.push(member);
  };
  const close = (members: readonly number[]): boolean => {
    const group = together(leaves, members);
    if (!mayStandAlone(group.ballots, group.counters, minimumCell)) return false;
    cells.push(group);
    return true;
  };

  // Tree order reversed: everything below an organisation has been gathered before it is visited.
  for (const [index, { path }] of [...leaves.entries()].reverse()) {
    if (!close([index])) wait(path, [index]);
    const gathered = waiting.get(path);
    waiting.delete(path);
    if (gathered === undefined || (gathered.length > 1 && close(gathered))) continue;
    wait(index === 0 ? ABOVE_ROOT : parentPath(path), gathered);
  }

  const rest = waiting.get(ABOVE_ROOT);
  if (rest === undefined) return inTreeOrder(cells);
  let others = inTreeOrder(cells);
  let joined = together(leaves, rest);
  // More than one where the nearest cell left a target without answers: it adds nobody who disagrees.
  while (others.length > 0 && !mayStandAlone(joined.ballots, joined.counters, minimumCell)) {
    const nearest = nearestCell(others, joined.path);
    others = others.filter((cell) => cell !== nearest);
    joined = together(leaves, [...joined.members, ...(nearest?.members ?? [])]);
  }
  return inTreeOrder([...others, joined]);
}

/** No organisation has this path, so what arrives there has passed the root. */
const ABOVE_ROOT = '';

function together(leaves: readonly CellLeaf[], indexes: readonly number[]): MergedCell {
  const members = [...indexes].sort((left, right) => left - right);
  const counters = new Uint32Array(leaves[0]?.counters.length ?? 0);
  const paths: string[] = [];
  let ballots = 0;
  for (const index of members) {
    const leaf = leaves[index];
    if (leaf === undefined) continue;
    ballots += leaf.ballots;
    addCounters(counters, leaf.counters);
    paths.push(leaf.path);
  }
  return { path: commonPath(paths), members, ballots, counters };
}

function nearestCell(cells: readonly MergedCell[], path: string): MergedCell | undefined {
  const nearness = (cell: MergedCell): number => labels(commonPath([cell.path, path])).length;
  return inTreeOrder(cells).reduce<MergedCell | undefined>((best, cell) => {
    if (best === undefined) return cell;
    const nearer = nearness(cell) - nearness(best);
    return nearer > 0 || (nearer === 0 && cell.ballots < best.ballots) ? cell : best;
  }, undefined);
}

function inTreeOrder(cells: readonly MergedCell[]): MergedCell[] {
  return [...cells].sort((left, right) => (left.members[0] ?? 0) - (right.members[0] ?? 0));
}

/** The lowest path above all of these. */
export function commonPath(paths: readonly string[]): string {
  const [first = '', ...others] = paths;
  const shared = labels(first);
  for (const path of others) {
    const other = labels(path);
    const differs = shared.findIndex((label, index) => label !== other[index]);
    if (differs >= 0) shared.length = differs;
  }
  return shared.join('.');
}

function labels(path: string): string[] {
  return path === '' ? [] : path.split('.');
}

function parentPath(path: string): string {
  return labels(path).slice(0, -1).join('.');
}
