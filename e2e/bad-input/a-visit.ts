/** An hour that is over, for `PostVisitInput`. */
export function aVisit(): object {
  return {
    kind: 'COMPANIONSHIP',
    startedAt: new Date(Date.now() - 3 * 3_600_000).toISOString(),
    endedAt: new Date(Date.now() - 2 * 3_600_000).toISOString(),
  };
}
