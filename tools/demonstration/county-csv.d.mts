import type { County } from './county.mjs';

export function organisationsCsv(county: County): Iterable<string>;
export function membersCsv(county: County): Iterable<string>;
