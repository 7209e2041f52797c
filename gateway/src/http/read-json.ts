import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';
import { isJsonInUtf8 } from './media-types.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The body as it came; a signature is over these bytes. Empty where there is none. */
    bodyBytes: Uint8Array;
  }
}

const noBytes = new Uint8Array();

class Unreadable extends Error {
  constructor(
    message: string,
    readonly statusCode: 400 | 415,
  ) {
    super(message);
  }
}

/**
 * Reads bodies as JSON in UTF-8, uncompressed, and nothing else: a form or a plain text is no GraphQL request, and
 * browsers send those to foreign servers without asking first.
 */
export function readJsonBodies(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.decorateRequest('bodyBytes');
  server.addHook('onRequest', (request, _reply, done) => {
    request.bodyBytes = noBytes;
    done();
  });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    // The bytes would pass as replacement characters: another name than the one that was sent.
    if (!isUtf8(body)) return done(new Unreadable('The body is not UTF-8', 400), undefined);
    request.bodyBytes = body;
    return parse(request, body.toString('utf8'), done);
  });
  server.addHook('preParsing', (request, _reply, payload, done) => {
    const { 'content-type': type, 'content-encoding': encoding } = request.headers;
    if (type !== undefined && !isJsonInUtf8(type)) return done(new Unreadable('The body is not JSON in UTF-8', 415));
    if (encoding !== undefined && encoding !== 'identity') return done(new Unreadable('The body is compressed', 415));
    return done(null, payload);
  });
}
