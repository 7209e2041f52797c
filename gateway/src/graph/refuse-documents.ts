import { HeaderMap, type ApolloServerPlugin } from '@apollo/server';
import { parse, type DocumentNode, type GraphQLFormattedError } from 'graphql';
import { RecentlyUsed } from '../recently-used.js';
import { limits } from '../refusals.js';
import type { GraphContext } from './graph-context.js';
import { limitRefusalOf } from './operation-limits.js';

type Refusal = readonly GraphQLFormattedError[];

const rememberedBytes = 8 * 1_024 * 1_024;
/** Refused in its place: costs nothing and says nothing. */
const standIn = '{ __typename }';

/**
 * Looks at each document before Apollo Server validates it, and refuses what is past a limit. Whatever it refuses, and
 * whatever does not validate, is remembered: a refused document costs once, however often it is sent.
 */
export function refuseDocuments(): ApolloServerPlugin<GraphContext> {
  const looked = new RecentlyUsed<Refusal | null>(rememberedBytes);
  const remember = (text: string, refusal: Refusal | null): void => {
    looked.set(text, refusal, 2 * text.length + (refusal === null ? 0 : 2 * JSON.stringify(refusal).length) + 100);
  };

  return {
    async requestDidStart({ request }) {
      const text = request.query;
      if (text === undefined) return;
      let refusal = looked.get(text);
      if (refusal === undefined) {
        refusal = refusalOf(text);
        remember(text, refusal);
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
  let document: DocumentNode;
  try {
    document = parse(text, { maxTokens: limits.tokens, noLocation: true });
  } catch {
    return null;
  }
  const error = limitRefusalOf(document);
  if (error === null) return null;
  const { http: _, ...extensions } = error.extensions;
  return [{ message: error.message, extensions }];
}
