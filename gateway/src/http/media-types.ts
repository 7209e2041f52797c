import { MIMEType } from 'node:util';
import Negotiator from 'negotiator';

export const graphqlResponse = 'application/graphql-response+json';
export const json = 'application/json';

/** What a GraphQL answer can be sent as. Who prefers neither is sent the older one, which every client reads. */
export type ResponseType = typeof graphqlResponse | typeof json;

/** With the charset, because clients may ask for it by name. */
const offered = new Map<string, ResponseType>([
  [`${json}; charset=utf-8`, json],
  [`${graphqlResponse}; charset=utf-8`, graphqlResponse],
]);
/** Clients send a handful of `Accept` headers between them, each of them all the time. */
const maxRemembered = 100;
const remembered = new Map<string, ResponseType | null>();

/** The type that an `Accept` header asks for; null when it accepts no type of ours. */
export function responseTypeFor(accept: string | undefined): ResponseType | null {
  if (accept === undefined || accept === '') return json;
  const known = remembered.get(accept);
  if (known !== undefined) return known;
  const chosen = new Negotiator({ headers: { accept } }).mediaType([...offered.keys()]);
  const type = offered.get(chosen ?? '') ?? null;
  if (remembered.size < maxRemembered) remembered.set(accept, type);
  return type;
}

/** JSON is UTF-8; a sender that says otherwise of its own body is not guessed at. */
export function isJsonInUtf8(contentType: string): boolean {
  if (contentType === json) return true;
  try {
    const type = new MIMEType(contentType);
    return type.essence === json && /^utf-?8$/i.test(type.params.get('charset') ?? 'utf-8');
  } catch {
    return false;
  }
}
