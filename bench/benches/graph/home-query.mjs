import { readFileSync } from 'node:fs';

/** What a member's phone asks when the app opens: one operation that all four subgraphs answer. */
export const homeQuery = readFileSync(
  new URL('../../../deploy/documents/mobile/home.graphql', import.meta.url),
  'utf8',
).trim();
