import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from 'node:tls';
import formbody from '@fastify/formbody';
import { renewTls, tlsServerOptions, type TlsFiles } from '@zhijia/config';
import type { Log } from '@zhijia/logging';
import { fastify, type FastifyError, type FastifyInstance } from 'fastify';
import type { Provider } from 'oidc-provider';
import type { AskConsent } from '../asking/ask-consent.js';
import { addConsentRoutes } from '../asking/consent.routes.js';
import { renderPage } from '../pages/render-page.js';
import type { SignIn } from '../sign-in/sign-in.js';
import { addCodePages, addStyle, signInPages, type CodePages } from '../sign-in/sign-in.routes.js';

export interface IssuerServerParts {
  readonly isBehindProxy: boolean;
  readonly tls: TlsFiles | null;
  readonly log: Log;
  /** Rejects while the issuer cannot do its work. */
  readonly ready: () => Promise<unknown>;
  /** The one whose keys are today's. */
  readonly provider: () => Provider;
  readonly signIn: SignIn;
  readonly asking: AskConsent;
  readonly agency: CodePages;
}

/** The issuer over HTTP: our pages and health, and every other path is the library's. */
export async function createIssuerServer(parts: IssuerServerParts): Promise<FastifyInstance> {
  const { log, ready, provider, signIn, asking, agency } = parts;
  const server = fastify({
    // Typed as for HTTP: nothing here depends on which of the two it is.
    ...(parts.tls === null ? {} : ({ https: tlsServerOptions(parts.tls) } as object)),
    trustProxy: parts.isBehindProxy,
    bodyLimit: 64 * 1_024,
    forceCloseConnections: 'idle',
  });
  if (parts.tls !== null) {
    const stopLooking = renewTls(server.server as unknown as Server, parts.tls, (error) =>
      log.error({ err: error }, 'The changed certificate cannot be used'),
    );
    server.addHook('onClose', async () => stopLooking());
  }
  server.addHook('onSend', async (_request, reply) => {
    reply.header('x-content-type-options', 'nosniff').header('referrer-policy', 'no-referrer');
    reply.header('x-frame-options', 'DENY');
  });
  server.setErrorHandler(async (error: FastifyError, _request, reply) => {
    const isGone = error.name === 'SessionNotFound';
    const status = isGone ? 400 : (error.statusCode ?? 500);
    if (status >= 500) log.error({ err: error }, 'A request failed');
    const code = isGone ? 'session_not_found' : status >= 500 ? 'server_error' : 'invalid_request';
    return reply
      .code(status)
      .type('text/html; charset=utf-8')
      .send(renderPage('error', 'zh', { code }));
  });
  server.get('/health/live', async () => ({ status: 'live' }));
  server.get('/health/ready', async (_request, reply) => {
    try {
      await ready();
      return { status: 'ready' };
    } catch {
      return reply.code(503).send({ status: 'unready', reasons: ['database'] });
    }
  });
  await server.register(async (pages) => {
    await pages.register(formbody);
    addStyle(pages);
    addCodePages(pages, provider, signIn, signInPages);
    addCodePages(pages, provider, signIn, agency);
    addConsentRoutes(pages, provider, asking);
  });
  await server.register(async (library) => {
    // The library reads bodies itself.
    library.removeAllContentTypeParsers();
    library.addContentTypeParser('*', (_request, _payload, done) => done(null));
    library.all('/*', (request, reply) => {
      reply.hijack();
      handOver(provider(), request.raw, reply.raw);
    });
  });
  return server;
}

function handOver(provider: Provider, request: IncomingMessage, response: ServerResponse): void {
  void provider.callback()(request, response);
}
