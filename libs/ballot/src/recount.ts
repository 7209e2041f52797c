import type { JSONWebKeySet } from 'jose';
import { BoardReader } from './board-reader.js';
import { checkSizes } from './check-sizes.js';
import { CheckedBoard } from './checked-board.js';
import { fingerprint } from './manifest.js';
import type { Manifest } from './manifest.js';
import { OrderedLines } from './ordered-lines.js';
import { RatingCounter } from './rating-counter.js';
import { readBoardHeader } from './read-board-header.js';
import { recountCells } from './recount-cells.js';
import { recountEnd } from './recount-end.js';
import { recountHashes } from './recount-hashes.js';
import { RecountProblems } from './recount-problem.js';
import type { RecountProblem } from './recount-problem.js';
import { recountStrata } from './recount-strata.js';
import { recountTarget } from './recount-target.js';
import { recountTotals } from './recount-totals.js';
import { recountTurnout } from './recount-turnout.js';
import type { CampaignResults, TargetResult } from './results.js';

export interface RecountReport {
  /** Everything on the board holds. */
  readonly ok: boolean;
  /** The first hundred of them, in the order of the board. */
  readonly problems: readonly RecountProblem[];
  readonly problemCount: number;
  /** Whether the signatures are by the keys the reader trusts; null where none were given: compare the fingerprint. */
  readonly isTrusted: boolean | null;
  /** What the board says it is; null where that cannot be read. */
  readonly manifest: Manifest | null;
  /** Compare it with the notice. */
  readonly fingerprint: string | null;
  /** Results counted anew from the lists; null where the board is too broken for it. */
  readonly results: CampaignResults | null;
}

/**
 * Counts a board anew from nothing but its lines: signatures, sealed hashes, that hashes are as many as counted, replaced
 * and spoiled ballots together, that cells and strata divide the electorate and none is too small, and every figure from
 * the lists. (Figures by stratum have no lists, which would cross the tables; they are held by their sums.)
 *
 * @param lines of the board, with or without line feeds; `splitLines` makes them from a file or a response.
 * @param options.trustedKeys the organiser's public keys from a source the reader trusts.
 */
export async function recount(
  lines: AsyncIterable<string> | Iterable<string>,
  options: { readonly trustedKeys?: JSONWebKeySet } = {},
): Promise<RecountReport> {
  const problems = new RecountProblems();
  const reader = new BoardReader(lines, problems);
  const header = await readBoardHeader(reader, problems, options.trustedKeys);
  const results = header === null ? null : await recountBoard(new CheckedBoard(header, reader, problems));
  return {
    ok: problems.total === 0,
    problems: problems.list(),
    problemCount: problems.total,
    isTrusted: header?.isTrusted ?? null,
    manifest: header?.manifest ?? null,
    fingerprint: header === null ? null : fingerprint(header.manifestHash),
    results,
  };
}

/** Every line after the header, in the order in which lines stand. */
async function recountBoard(board: CheckedBoard): Promise<CampaignResults> {
  await recountHashes(board);
  const counted = await recountTotals(board);
  const cells = await recountCells(board, counted);
  const strata = await recountStrata(board, counted);

  const lines = new OrderedLines(board, cells, strata);
  const sources = { board, lines, ratings: new RatingCounter(board), cells, strata };
  const targets: TargetResult[] = [];
  for (const index of board.manifest.targetIds.keys()) targets.push(await recountTarget(sources, index));
  const turnout = await recountTurnout(board, lines);
  await recountEnd(board, lines);
  checkSizes(board, cells, strata);
  return { turnout, targets };
}
