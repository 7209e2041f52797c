/** A service has some hundreds of written statements. Whoever builds texts as they come must not fill the server. */
const mostStatements = 1_000;

const names = new Map<string, string | null>();

/**
 * The name under which a statement is prepared, the same for the same text; null for one that is planned each time:
 * a limit that comes as a parameter makes the general plan read far too much.
 */
export function nameOfStatement(text: string): string | null {
  const known = names.get(text);
  if (known !== undefined) return known;
  if (names.size >= mostStatements) return null;
  const name = /\b(LIMIT|OFFSET)\s+\$/i.test(text) ? null : `zhijia_${names.size + 1}`;
  names.set(text, name);
  return name;
}
