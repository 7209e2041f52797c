import { HeaderMap, type ApolloServerPlugin } from '@apollo/server';
import type { GraphContext } from './graph-context.js';
import type { RefusedDocuments } from './refused-documents.js';

/** Refused in its place: costs nothing and says nothing. */
const standIn = '{ __typename }';

/** Keeps refused documents from being validated, and remembers what does not validate. */
export function refuseDocuments(refused: RefusedDocuments): ApolloServerPlugin<GraphContext> {
  return {
    async requestDidStart({ request }) {
      const text = request.query;
      if (text === undefined) return;
      const errors = refused.refusalOf(text);
      if (errors !== null) {
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
        validationDidStart: async () => async (found) => {
          isInvalid = found !== undefined && found.length > 0;
        },
        async willSendResponse({ response }) {
          if (!isInvalid || response.body.kind !== 'single') return;
          refused.remember(text, response.body.singleResult.errors ?? []);
        },
      };
    },
  };
}
