/**
 * The smallest value that so many of them do not pass (nearest rank).
 *
 * @param {ArrayLike<number>} values in any order
 * @param {number} share 0.5 is the median
 */
export function percentile(values, share) {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))];
}

export function median(values) {
  return percentile(values, 0.5);
}

/** @param {number | null} value */
export function rounded(value, digits = 2) {
  return value === null ? null : Math.round(value * 10 ** digits) / 10 ** digits;
}
