import { HeaderMap, type ApolloServerPlugin } from '@apollo/server';
import { parse, type DocumentNode, type GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { TrustedDocuments } from '../documents/trusted-documents.js';
import { RecentlyUsed } from '../recently-used.js';
import { limits } from '../refusals.js';
import type { GraphContext } from './graph-context.js';
import { limitExceeded, limitRefusalOf } from './operation-limits.js';

type Refusal = readonly GraphQLFormattedError[];

const rememberedBytes = 8 * 1_024 * 1_024;
/** Refused in its place: costs nothing and says nothing. */
const standIn = '{ __typename }';

/**
 * Looks at each document before Apollo Server validates it, and refuses what is past a limit. Whatever it refuses, and
 * whatever does not validate, is remembered: a refused document costs once, however often it is sent.
 */
export function refuseDocuments(trusted: TrustedDocuments): ApolloServerPlugin<GraphContext> {
  const looked = new RecentlyUsed<Refusal | null>(rememberedBytes);
  const remember = (text: string, refusal: Refusal | null): void => {
    looked.set(text, refusal, 2 * text.length + (refusal === null ? 0 : 2 * JSON.stringify(refusal).length) + 100);
  };

  return {
    async requestDidStart({ request }) {
      const text = request.query;
      if (text === undefined || trusted.has(text)) return;
      let refusal = looked.get(text);
      if (refusal === undefined) {
        refusal = refusalOf(text);
        // What is too long is found out at once, and too long to be remembered by its text.
        if (text.length <= limits.documentCharacters) remember(text, refusal);
      }
      if (refusal !== null) {
        const errors = refusal;
        // Nothing of Apollo's pipeline can be left out, so it is given nothing to do.
        request.query = standIn;
        delete request.operationName;
        delete request.variables;
        return {
          responseForOperation: async () => ({
            http: { status: 400, headers: new HeaderMap() },
            body: { kind: 'single', singleResult: { errors } },
          }),
        };
      }
      let isInvalid = false;
      return {
        validationDidStart: async () => async (errors) => {
          isInvalid = errors !== undefined && errors.length > 0;
        },
        async willSendResponse({ response }) {
          if (!isInvalid || response.body.kind !== 'single') return;
          remember(text, response.body.singleResult.errors ?? []);
        },
      };
    },
  };
}

/** Null for a document that may go on; Apollo Server says itself what does not parse, which costs little. */
function refusalOf(text: string): Refusal | null {
  if (text.length > limits.documentCharacters) {
    return toldAs(limitExceeded('documentCharacters', limits.documentCharacters));
  }
  let document: DocumentNode;
  try {
    document = parse(text, { maxTokens: limits.tokens, noLocation: true });
  } catch {
    return null;
  }
  const error = limitRefusalOf(document);
  return error === null ? null : toldAs(error);
}

function toldAs({ message, extensions: { http: _, ...extensions } }: GraphQLError): Refusal {
  return [{ message, extensions }];
}
