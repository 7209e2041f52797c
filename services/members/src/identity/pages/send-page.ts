import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { MessageLanguage } from '../sign-in/code-channel.js';

/** A page that nobody stores, runs no script, and whose form leads to the issuer and to who asked alone. */
export function sendPage(reply: FastifyReply, params: Readonly<Record<string, unknown>>, page: string): FastifyReply {
  return reply
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .header(
      'content-security-policy',
      `default-src 'none'; style-src 'self'; form-action 'self' ${redirectOf(params)}; base-uri 'none'; frame-ancestors 'none'`,
    )
    .send(page);
}

/** The language that was chosen on the page, else the one that the application or the browser asks for. */
export function languageOf(request: FastifyRequest, uiLocales: unknown): MessageLanguage {
  const asked = z.object({ language: z.enum(['zh', 'en']) }).safeParse(request.query);
  if (asked.success) return asked.data.language;
  const wanted = typeof uiLocales === 'string' ? uiLocales : (request.headers['accept-language'] ?? '');
  return /^\s*en\b/i.test(wanted) ? 'en' : 'zh';
}

/** Where the form's answer leads in the end: browsers hold a form's redirects to the page's policy too. */
function redirectOf(params: Readonly<Record<string, unknown>>): string {
  const uri = typeof params['redirect_uri'] === 'string' ? URL.parse(params['redirect_uri']) : null;
  if (uri === null) return '';
  return uri.protocol === 'http:' || uri.protocol === 'https:' ? uri.origin : uri.protocol;
}
