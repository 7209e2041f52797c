import { DONT_KNOW, NO_ANSWER } from './ballot-codec.js';
import type { Manifest } from './manifest.js';

/** Counters kept for one target: answers 0 (none) to 6 (don't know). */
export const ANSWER_KINDS = DONT_KNOW + 1;

/** Below this many ballots a cell in which all agree is merged: it would tell how each of them voted. */
export const UNANIMITY_BOUND = 20;

/** How a target was answered by a group of counted ballots. */
export interface AnswerCounts {
  readonly none: number;
  /** Number of each grade, grade 1 first. */
  readonly grades: readonly number[];
  readonly dontKnow: number;
}

/** Reads the counters of one target out of counters of all targets in a row. */
export function answerCounts(counters: Uint32Array, targetIndex: number, gradeCount: number): AnswerCounts {
  const from = targetIndex * ANSWER_KINDS;
  return {
    none: counters[from + NO_ANSWER] ?? 0,
    grades: Array.from(counters.subarray(from + 1, from + 1 + gradeCount)),
    dontKnow: counters[from + DONT_KNOW] ?? 0,
  };
}

export function addCounters(sum: Uint32Array, counters: Uint32Array): void {
  for (const [index, count] of counters.entries()) sum[index] = (sum[index] ?? 0) + count;
}

/**
 * Whether some target got the same answer from everybody who answered it ("don't know" is an answer, none is not): then
 * whoever knows the group knows the answers.
 */
export function isUnanimous(counters: Uint32Array): boolean {
  for (let from = 0; from < counters.length; from += ANSWER_KINDS) {
    let different = 0;
    for (let answer = 1; answer < ANSWER_KINDS; answer += 1) if ((counters[from + answer] ?? 0) > 0) different += 1;
    if (different === 1) return true;
  }
  return false;
}

/** Whether a group may be published by itself: at least `k` ballots, and under twenty they do not all agree. */
export function mayStandAlone(ballots: number, counters: Uint32Array, minimumCell: number): boolean {
  return ballots >= minimumCell && (ballots >= UNANIMITY_BOUND || !isUnanimous(counters));
}

/** Counters of a group of ballots over all targets of the manifest, all zero. */
export function emptyCounters(manifest: Pick<Manifest, 'targetIds'>): Uint32Array {
  return new Uint32Array(manifest.targetIds.length * ANSWER_KINDS);
}
