import { emptyCounters } from './answer-counts.js';
import type { CheckedBoard } from './checked-board.js';
import { OTHER_STRATUM } from './manifest.js';

/** A stratum of the board. */
export interface RecountedStratum {
  readonly stratum: string;
  readonly ballots: number;
  /** Filled from its published figures, target by target: strata have no lists. */
  readonly counters: Uint32Array;
}

/** Reads the strata: together they are the manifest's, each once, and their ballots those that count. */
export async function recountStrata(board: CheckedBoard, counted: number | null): Promise<readonly RecountedStratum[]> {
  const strata: RecountedStratum[] = [];
  const known = new Set([...board.manifest.strata, OTHER_STRATUM]);
  for (;;) {
    const line = await board.reader.take('stratum');
    if (line === null) break;
    const place = { ...board.here(), stratum: line.stratum };
    for (const name of new Set([...line.merges, ...(line.stratum === OTHER_STRATUM ? [] : [line.stratum])])) {
      if (known.delete(name)) continue;
      board.report(
        'strata',
        place,
        `Stratum ${name} is not in the manifest, or stands twice.`,
        `类别 ${name} 不在投票说明书中，或出现两次。`,
      );
    }
    if (line.stratum !== OTHER_STRATUM) {
      board.expect(place, 'strata', line.merges.join(), line.stratum, 'What the stratum stands for', '类别所含');
    }
    strata.push({ stratum: line.stratum, ballots: line.ballots, counters: emptyCounters(board.manifest) });
  }
  for (const name of known) {
    // There may be nobody outside the manifest's strata.
    if (name === OTHER_STRATUM) continue;
    board.report('strata', board.here(), `Stratum ${name} is missing.`, `缺少类别 ${name}。`);
  }
  board.expectSum(board.here(), strata, counted, 'The ballots of all strata', '各类别选票之和');
  return strata;
}
