/** What does not agree when each of the expected things should be found exactly once. */
export interface Differences {
  lost: string[];
  doubled: string[];
  unexpected: string[];
}

export function compareOnce(expected: readonly string[], found: readonly string[]): Differences {
  const counts = new Map<string, number>();
  for (const one of found) counts.set(one, (counts.get(one) ?? 0) + 1);
  return {
    lost: expected.filter((one) => !counts.has(one)),
    doubled: [...counts].filter(([, count]) => count > 1).map(([one]) => one),
    unexpected: [...counts.keys()].filter((one) => !expected.includes(one)),
  };
}

export const noDifferences: Differences = { lost: [], doubled: [], unexpected: [] };
