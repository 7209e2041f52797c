/** How a request ended, for whoever watches: what the client did wrong is no trouble of ours. */
export type Outcome = 'answered' | 'refused' | 'retryable' | 'failed';

const retryableCodes: ReadonlySet<string> = new Set(['TRY_AGAIN', 'SUBGRAPH_UNAVAILABLE']);

/** @param toldCodes of the errors in the answer, none where all went well */
export function outcomeOf(status: number, toldCodes: readonly string[]): Outcome {
  if (toldCodes.includes('INTERNAL') || (status >= 500 && toldCodes.length === 0)) return 'failed';
  if (toldCodes.some((code) => retryableCodes.has(code)) || status >= 500) return 'retryable';
  return toldCodes.length > 0 || status >= 400 ? 'refused' : 'answered';
}
