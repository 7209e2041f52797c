import { signViewerStatement, viewerStatementHeader, type ViewerFacts } from '@zhijia/access';
import { post } from './post.js';
import type { Product, SubgraphName } from './product.js';

/** What a statement says otherwise than the request it comes with. */
export interface StatementChanges {
  body?: string;
  /** The subgraph it names. */
  subgraph?: SubgraphName;
  /** The subgraph whose key signs it. */
  key?: SubgraphName;
  ageMs?: number;
}

/** The header by which the gateway says who asks: here made by the test, with the stack's secrets. */
export function statementFor(
  product: Product,
  subgraph: SubgraphName,
  viewer: ViewerFacts,
  body: string,
  changes: StatementChanges = {},
): Record<string, string> {
  const [key = ''] = product.stack.secrets.viewerStatementKeys[changes.key ?? subgraph].split(',');
  const request = {
    subgraph: changes.subgraph ?? subgraph,
    method: 'POST',
    path: '/graphql',
    body: changes.body ?? body,
  };
  const issuedAtMs = Date.now() - (changes.ageMs ?? 0);
  return { [viewerStatementHeader]: signViewerStatement(viewer, request, Buffer.from(key, 'base64url'), issuedAtMs) };
}

/** One call past the gateway: what came back, as far as a test compares it. */
export async function callSubgraph(
  product: Product,
  subgraph: SubgraphName,
  body: string,
  headers: Readonly<Record<string, string>>,
) {
  const { status, json } = await post(product.stack.services[subgraph].url, body, headers);
  const { code, reason } = json?.errors?.[0]?.extensions ?? {};
  return { status, code: code as unknown, reason: reason as unknown, data: json?.data as unknown };
}
