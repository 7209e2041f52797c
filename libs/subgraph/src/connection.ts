import { GraphQLError } from 'graphql';

/** Relay's forward arguments. */
export interface PageArguments {
  first?: number | null;
  after?: string | null;
}

export interface Connection<Row> {
  edges: { cursor: string; node: Row }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
}

/** How many rows a page holds; every list has a maximum, and asking beyond it is refused rather than cut. */
export function pageSize(page: PageArguments, limits: { usual: number; most: number }): number {
  const first = page.first ?? limits.usual;
  if (first >= 1 && first <= limits.most) return first;
  throw new GraphQLError(`first is between 1 and ${limits.most}`, { extensions: { code: 'BAD_USER_INPUT' } });
}

/** The keyset a cursor holds, or null for the first page. */
export function readCursor<Keyset>(page: PageArguments, isKeyset: (value: unknown) => value is Keyset): Keyset | null {
  if (page.after === undefined || page.after === null) return null;
  const keyset = decode(page.after);
  if (isKeyset(keyset)) return keyset;
  throw new GraphQLError('after is not a cursor of this list', { extensions: { code: 'BAD_USER_INPUT' } });
}

/** `rows` holds one more than the page where there is a next page: the store asks for `size + 1`. */
export function connectionOf<Row>(
  rows: readonly Row[],
  size: number,
  page: PageArguments,
  keysetOf: (row: Row) => unknown,
): Connection<Row> {
  const edges = rows.slice(0, size).map((node) => ({ cursor: encode(keysetOf(node)), node }));
  return {
    edges,
    pageInfo: {
      hasNextPage: rows.length > size,
      hasPreviousPage: page.after !== undefined && page.after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

function encode(keyset: unknown): string {
  return Buffer.from(JSON.stringify(keyset)).toString('base64url');
}

function decode(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}
