import { z } from 'zod';
import { audiences } from './audience.js';
import { isSameMac, macOf } from './mac.js';
import { roleNames } from './role-name.js';
import { parseJson } from './signed-value.js';
import { Viewer, type ViewerFacts } from './viewer.js';

/**
 * The gateway's word about who asks: it holds for one request to one subgraph, for 30 seconds. Subgraphs
 * accept nothing else. Within its time the same body may come again; mutations are made harmless by their key.
 *
 * Its form is `<viewer>.<issued at, ms>.<mac>`: the viewer as JSON in base64url, and an HMAC over all that it is bound to,
 * the body included. The first part is the same for all requests of a viewer, so both sides write and read it once.
 */
export const viewerStatementHeader = 'x-zhijia-viewer';

const lifetimeMs = 30_000;
/** Gateway and subgraph may run on two machines whose clocks differ a little. */
const toleratedSkewMs = 5_000;
/** Of viewers that were read; the one who came first goes. */
const mostRead = 2_000;

/** What the statement is bound to, besides the viewer. */
export interface StatedRequest {
  subgraph: string;
  method: string;
  path: string;
  body: Uint8Array | string;
}

const viewerSchema = z.strictObject({
  issuer: z.string(),
  subject: z.string(),
  client: z.string(),
  audience: z.enum(audiences),
  memberId: z.string().nullable(),
  roles: z.array(z.strictObject({ role: z.enum(roleNames), organisationId: z.string() })),
  actingFor: z.string().nullable(),
});

/** `key` is the secret that the gateway shares with this one subgraph. */
export function signViewerStatement(viewer: ViewerFacts, request: StatedRequest, key: Buffer, nowMs: number): string {
  const stated = `${written(viewer)}.${String(nowMs)}`;
  return `${stated}.${boundMac(stated, request, key)}`;
}

export type ViewerStatementCheck =
  | { kind: 'verified'; viewer: Viewer }
  /** `badSignature`: made with another key, or for another request. */
  | { kind: 'refused'; reason: 'missing' | 'malformed' | 'badSignature' | 'expired' };

/** `keys`: the current one first; a second one lives while keys are rotated. */
export function verifyViewerStatement(
  header: string | undefined,
  request: StatedRequest,
  keys: readonly Buffer[],
  nowMs: number,
): ViewerStatementCheck {
  if (header === undefined || header === '') return { kind: 'refused', reason: 'missing' };
  const parts = header.split('.');
  const [viewerText, issuedAt, mac] = parts;
  if (parts.length !== 3 || viewerText === undefined || issuedAt === undefined || mac === undefined) {
    return { kind: 'refused', reason: 'malformed' };
  }
  const stated = `${viewerText}.${issuedAt}`;
  if (!keys.some((key) => isSameMac(mac, boundMac(stated, request, key)))) {
    return { kind: 'refused', reason: 'badSignature' };
  }
  const ageMs = nowMs - Number(issuedAt);
  // Not a number is no age either.
  if (!(ageMs <= lifetimeMs && ageMs >= -toleratedSkewMs)) return { kind: 'refused', reason: 'expired' };
  const viewer = read(viewerText);
  return viewer === null ? { kind: 'refused', reason: 'malformed' } : { kind: 'verified', viewer };
}

/** No part before the body can have a line break in it, so no two requests give the same bytes. */
function boundMac(stated: string, { subgraph, method, path, body }: StatedRequest, key: Buffer): string {
  return macOf(key, `${stated}\n${subgraph}\n${method}\n${path}\n`, body);
}

const texts = new WeakMap<ViewerFacts, string>();

function written(viewer: ViewerFacts): string {
  const known = texts.get(viewer);
  if (known !== undefined) return known;
  const { issuer, subject, client, audience, memberId, roles, actingFor } = viewer;
  const facts: z.infer<typeof viewerSchema> = {
    issuer,
    subject,
    client,
    audience,
    memberId,
    roles: [...roles],
    actingFor,
  };
  const text = Buffer.from(JSON.stringify(facts)).toString('base64url');
  texts.set(viewer, text);
  return text;
}

/** Only what carries a gateway's signature comes in here. */
const viewers = new Map<string, Viewer>();

function read(text: string): Viewer | null {
  const known = viewers.get(text);
  if (known !== undefined) return known;
  const parsed = viewerSchema.safeParse(parseJson(Buffer.from(text, 'base64url').toString('utf8')));
  if (!parsed.success) return null;
  const viewer = new Viewer(parsed.data);
  for (const first of viewers.keys()) {
    if (viewers.size < mostRead) break;
    viewers.delete(first);
  }
  viewers.set(text, viewer);
  return viewer;
}
