import { Viewer } from '@zhijia/access';
import { runUntil } from '@zhijia/database';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError, type ExecutionResult, type GraphQLSchema } from 'graphql';
import type { FormatError } from './format-error.js';
import { Operations, type OperationRequest } from './operations.js';
import { RequestLoaders } from './request-loaders.js';

const deadlineHeader = 'x-zhijia-deadline-ms';

/** Answers `POST /graphql`, one operation a request, for the gateway alone: the viewer gate stands before it. */
export function openGraphDoor(server: FastifyInstance, schema: GraphQLSchema, formatError: FormatError): void {
  const operations = new Operations(schema);

  function run(asked: OperationRequest, viewer: Viewer, deadlineAt: number): Promise<ExecutionResult> {
    const context = { viewer, loaders: new RequestLoaders(viewer, deadlineAt) };
    return runUntil(deadlineAt, () => operations.run(asked, context));
  }

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<string> {
    void reply.type('application/json; charset=utf-8');
    const { viewer } = request;
    if (!(viewer instanceof Viewer)) throw new Error('A request passed the gate without a viewer');
    const asked = readRequest(request.rawBody ?? Buffer.of());
    const result: ExecutionResult = asked === null ? notAsked() : await run(asked, viewer, deadlineOf(request));
    if (result.errors === undefined) return JSON.stringify(result);
    if (result.data === undefined) void reply.code(400);
    const errors = result.errors.map((error) => formatError(error.toJSON(), error));
    return JSON.stringify({ ...result, errors });
  }

  void server.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    // The statement is over these bytes: nobody reads them before the gate has let them pass.
    scope.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, parsed) => {
      request.rawBody = body as Buffer;
      parsed(null, null);
    });
    scope.post('/graphql', answer);
    done();
  });
}

/** The gateway says how many milliseconds are left; without its word there is time. */
function deadlineOf({ headers }: FastifyRequest): number {
  const leftMs = Number(headers[deadlineHeader]);
  return Number.isFinite(leftMs) ? performance.now() + leftMs : Infinity;
}

function readRequest(body: Buffer): OperationRequest | null {
  let asked: unknown;
  try {
    asked = JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
  if (!isRecord(asked) || typeof asked['query'] !== 'string') return null;
  const { query, operationName = null, variables = null } = asked;
  if (operationName !== null && typeof operationName !== 'string') return null;
  if (variables !== null && !isRecord(variables)) return null;
  return { query, operationName, variables: variables ?? {} };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function notAsked(): ExecutionResult {
  return {
    errors: [
      new GraphQLError('Ask with an object of "query", "operationName" and "variables" in JSON', {
        extensions: { code: 'BAD_REQUEST' },
      }),
    ],
  };
}
