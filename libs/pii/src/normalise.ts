/** What a field holds, which decides how two spellings of one value are made equal. */
export type FieldKind = 'idNumber' | 'mobileNumber' | 'cardNumber' | 'unifiedCode' | 'text';

/**
 * The one spelling of a value, for comparison, checks and blind indexes. Full-width characters become half-width
 * (NFKC: Chinese input methods and spreadsheets produce them); codes lose white space and hyphens, letters become
 * capitals, a mobile number loses +86. It judges nothing: what is malformed stays so.
 *
 * A change here changes blind indexes: it needs a new version of the index key.
 */
export function normalise(kind: FieldKind, text: string): string {
  const halfWidth = text.normalize('NFKC');
  if (kind === 'text') return halfWidth.trim().replace(/\s+/gu, ' ');
  const compact = halfWidth.replace(/[\s\p{Default_Ignorable_Code_Point}\p{Dash}]/gu, '').toUpperCase();
  return kind === 'mobileNumber' ? compact.replace(/^(\+86|0086|86(?=1\d{10}$))/, '') : compact;
}
