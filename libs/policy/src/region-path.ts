/**
 * A region and those above it, the nearest first: `CN/44/07` gives `CN/44/07`, `CN/44`, `CN`.
 *
 * @param region codes joined by `/`, the country first, then area codes of GB/T 2260 in their two digits a level
 * @throws RangeError for anything else
 */
export function regionPath(region: string): readonly string[] {
  if (!/^[A-Z0-9]+(\/[A-Z0-9]+)*$/.test(region)) throw new RangeError(`Not a region such as CN/44/07: ${region}`);
  const codes = region.split('/');
  return codes.map((_code, above) => codes.slice(0, codes.length - above).join('/'));
}
