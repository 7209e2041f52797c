import { hash } from 'node:crypto';
import { z } from 'zod';
import { audiences } from './audience.js';
import { roleNames } from './role-name.js';
import { openSigned, signValue } from './signed-value.js';
import { Viewer, type ViewerFacts } from './viewer.js';

/**
 * The gateway's word about who asks: it holds for one request to one subgraph, for 30 seconds. Subgraphs
 * accept nothing else. Within its time the same body may come again; mutations are made harmless by their key.
 */
export const viewerStatementHeader = 'x-zhijia-viewer';

const lifetimeMs = 30_000;
/** Gateway and subgraph may run on two machines whose clocks differ a little. */
const toleratedSkewMs = 5_000;

/** What the statement is bound to, besides the viewer. */
export interface StatedRequest {
  subgraph: string;
  method: string;
  path: string;
  body: Uint8Array | string;
}

const statementSchema = z.strictObject({
  viewer: z.strictObject({
    issuer: z.string(),
    subject: z.string(),
    client: z.string(),
    audience: z.enum(audiences),
    memberId: z.string().nullable(),
    roles: z.array(z.strictObject({ role: z.enum(roleNames), organisationId: z.string() })),
    actingFor: z.string().nullable(),
  }),
  subgraph: z.string(),
  method: z.string(),
  path: z.string(),
  bodyHash: z.string(),
  issuedAtMs: z.number().int(),
});

/** `key` is the secret that the gateway shares with this one subgraph. */
export function signViewerStatement(viewer: ViewerFacts, request: StatedRequest, key: Buffer, nowMs: number): string {
  const statement: z.infer<typeof statementSchema> = {
    viewer: {
      issuer: viewer.issuer,
      subject: viewer.subject,
      client: viewer.client,
      audience: viewer.audience,
      memberId: viewer.memberId,
      roles: [...viewer.roles],
      actingFor: viewer.actingFor,
    },
    subgraph: request.subgraph,
    method: request.method,
    path: request.path,
    bodyHash: hashOf(request.body),
    issuedAtMs: nowMs,
  };
  return signValue(statement, key);
}

export type ViewerStatementCheck =
  | { kind: 'verified'; viewer: Viewer }
  | { kind: 'refused'; reason: 'missing' | 'malformed' | 'badSignature' | 'otherRequest' | 'expired' };

/** `keys`: the current one first; a second one lives while keys are rotated. */
export function verifyViewerStatement(
  header: string | undefined,
  request: StatedRequest,
  keys: readonly Buffer[],
  nowMs: number,
): ViewerStatementCheck {
  if (header === undefined || header === '') return { kind: 'refused', reason: 'missing' };
  const opened = openSigned(header, keys);
  if (opened.kind === 'refused') return opened;
  const parsed = statementSchema.safeParse(opened.value);
  if (!parsed.success) return { kind: 'refused', reason: 'malformed' };
  const statement = parsed.data;
  const isForThis =
    statement.subgraph === request.subgraph &&
    statement.method === request.method &&
    statement.path === request.path &&
    statement.bodyHash === hashOf(request.body);
  if (!isForThis) return { kind: 'refused', reason: 'otherRequest' };
  const ageMs = nowMs - statement.issuedAtMs;
  if (ageMs > lifetimeMs || ageMs < -toleratedSkewMs) return { kind: 'refused', reason: 'expired' };
  return { kind: 'verified', viewer: new Viewer(statement.viewer) };
}

function hashOf(body: Uint8Array | string): string {
  return hash('sha256', body, 'base64url');
}
