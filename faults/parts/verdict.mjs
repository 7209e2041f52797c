const mostExamples = 3;

/** What a run found: how much was lost, doubled or wrong, and of each kind a few examples. */
export function openVerdict() {
  const counts = { lost: 0, doubled: 0, wrong: 0 };
  const reasons = {};
  const add = (kind, reason, example) => {
    counts[kind] += 1;
    const found = (reasons[`${kind}: ${reason}`] ??= { count: 0, examples: [] });
    found.count += 1;
    if (found.examples.length < mostExamples && example !== undefined) found.examples.push(example);
  };
  return {
    /** Acknowledged, and not there. */
    lost: (reason, example) => add('lost', reason, example),
    /** There more than once, or worth more than once. */
    doubled: (reason, example) => add('doubled', reason, example),
    /** An answer, an order, a time or a state that must not be. */
    wrong: (reason, example) => add('wrong', reason, example),
    /**
     * Each of the expected things should be found exactly once.
     *
     * @param {readonly string[]} expected
     * @param {readonly string[]} found
     */
    compareOnce(what, expected, found) {
      const seen = new Map();
      for (const one of found) seen.set(one, (seen.get(one) ?? 0) + 1);
      const wanted = new Set(expected);
      for (const one of wanted) if (!seen.has(one)) add('lost', what, one);
      for (const [one, count] of seen) {
        if (count > 1) add('doubled', what, one);
        if (!wanted.has(one)) add('wrong', `${what} that nobody was told of`, one);
      }
    },
    get isClean() {
      return counts.lost === 0 && counts.doubled === 0 && counts.wrong === 0;
    },
    counts: () => ({ ...counts }),
    notes: () => (Object.keys(reasons).length === 0 ? {} : { found: reasons }),
  };
}
