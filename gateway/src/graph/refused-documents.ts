import {
  Lexer,
  parse,
  Source,
  TokenKind,
  type DocumentNode,
  type GraphQLError,
  type GraphQLFormattedError,
} from 'graphql';
import type { TrustedDocuments } from '../documents/trusted-documents.js';
import { RecentlyUsed } from '../recently-used.js';
import { limits } from '../refusals.js';
import { limitExceeded, limitRefusalOf } from './operation-limits.js';

export type Refusal = readonly GraphQLFormattedError[];

const rememberedBytes = 8 * 1_024 * 1_024;

/**
 * Looks at each document of a graph before anybody validates it, and refuses what is past a limit. Whatever is refused,
 * and whatever does not validate, is remembered: a refused document costs once, however often it is sent.
 */
export class RefusedDocuments {
  private readonly looked = new RecentlyUsed<Refusal | null>(rememberedBytes);

  constructor(private readonly trusted: TrustedDocuments) {}

  /** Null for a document that may go on. */
  refusalOf(text: string): Refusal | null {
    if (this.trusted.has(text)) return null;
    // Too long to be remembered by its text, and found out at once.
    if (text.length > limits.documentCharacters) return documentTooLong;
    const before = this.looked.get(text);
    if (before !== undefined) return before;
    const refusal = look(text);
    this.remember(text, refusal);
    return refusal;
  }

  remember(text: string, refusal: Refusal | null): void {
    const bytes = 2 * text.length + (refusal === null ? 0 : 2 * JSON.stringify(refusal).length) + 100;
    this.looked.set(text, refusal, bytes);
  }
}

const documentTooLong = toldAs(limitExceeded('documentCharacters', limits.documentCharacters));
const tooManyTokens = toldAs(limitExceeded('tokens', limits.tokens));

/** Null also for what does not parse: Apollo Server says what is wrong with that. */
function look(text: string): Refusal | null {
  let document: DocumentNode;
  try {
    if (hasTooManyTokens(text)) return tooManyTokens;
    document = parse(text, { noLocation: true });
  } catch {
    return null;
  }
  const error = limitRefusalOf(document);
  return error === null ? null : toldAs(error);
}

/** Read word by word, which costs a fifth of reading it as a document, and no further than to the limit. */
function hasTooManyTokens(text: string): boolean {
  if (text.length <= limits.tokens) return false;
  const lexer = new Lexer(new Source(text));
  for (let tokens = 0; tokens <= limits.tokens; tokens += 1) {
    if (lexer.advance().kind === TokenKind.EOF) return false;
  }
  return true;
}

function toldAs({ message, extensions: { http: _, ...extensions } }: GraphQLError): Refusal {
  return [{ message, extensions }];
}
