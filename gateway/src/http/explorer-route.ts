import { hash } from 'node:crypto';
import type { Audience } from '@zhijia/access';
import type { FastifyInstance } from 'fastify';

/**
 * Nine megabytes that production has no use for. Not imported by name: its types come with those of a server, which
 * change what graphql-js says of errors everywhere.
 */
const explorerPackage: string = '@graphql-yoga/render-graphiql';

/**
 * GraphiQL for one audience, at `/<audience>/explorer`: one page from the package, that loads nothing from elsewhere.
 * For development; a token is pasted under "Headers". Made when it is looked at: most gateways never show it.
 */
export function addExplorerRoute(server: FastifyInstance, audience: Audience): void {
  server.get(`/${audience}/explorer`, async (_request, reply) => {
    const { renderGraphiQL } = (await import(explorerPackage)) as { renderGraphiQL: (options: object) => string };
    const page = renderGraphiQL({
      title: `职家 · ${audience}`,
      endpoint: `/${audience}/graphql`,
      headers: JSON.stringify({ authorization: `Bearer <npm run token -- --as ... --audience ${audience}>` }, null, 2),
      shouldPersistHeaders: false,
      defaultQuery: '{ __schema { queryType { fields { name description } } } }',
    });
    return reply
      .header('content-security-policy', contentSecurityPolicyOf(page))
      .header('cache-control', 'no-store')
      .type('text/html; charset=utf-8')
      .send(page);
  });
}

/** Its own script by its hash and no other; the editor makes workers of its text and styles of its own. */
function contentSecurityPolicyOf(page: string): string {
  const scripts = [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, text = '']) =>
    hash('sha256', text, 'base64'),
  );
  return [
    "default-src 'none'",
    `script-src ${scripts.map((digest) => `'sha256-${digest}'`).join(' ')}`,
    'worker-src blob:',
    "style-src 'unsafe-inline'",
    'img-src data:',
    'font-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
