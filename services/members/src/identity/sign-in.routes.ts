import { readFileSync } from 'node:fs';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Provider } from 'oidc-provider';
import { z } from 'zod';
import type { MessageLanguage } from './code-channel.js';
import { renderPage } from './pages/render-page.js';
import { tellProblem } from './pages/texts.js';
import type { SignIn, SignInStep } from './sign-in.js';

const style = readFileSync(new URL('../../pages/sign-in.css', import.meta.url), 'utf8');

const formSchema = z.object({
  language: z.enum(['zh', 'en']).catch('zh'),
  number: z.string().max(40).catch(''),
  code: z.string().max(40).catch(''),
  choice: z.string().max(40).catch(''),
});

type Params = { Params: { uid: string } };

/**
 * The pages of signing in. Each request carries the interaction's cookie, which the library compares; it is `SameSite`,
 * so another site's form comes without it. `provider` is asked anew each time: keys change while this runs.
 */
export function addSignInRoutes(server: FastifyInstance, provider: () => Provider, signIn: SignIn): void {
  server.get('/sign-in.css', async (_request, reply) =>
    reply.type('text/css').header('cache-control', 'public, max-age=3600').send(style),
  );

  server.get<Params>('/sign-in/:uid', async (request, reply) => {
    const { params } = await provider().interactionDetails(request.raw, reply.raw);
    return show(request, reply, { kind: 'number' }, languageOf(request, params['ui_locales']), redirectOf(params));
  });

  const step = (
    path: string,
    take: (uid: string, form: z.infer<typeof formSchema>, requester: string) => Promise<SignInStep>,
  ): void => {
    server.post<Params>(`/sign-in/:uid/${path}`, async (request, reply) => {
      const { uid, params } = await provider().interactionDetails(request.raw, reply.raw);
      const form = formSchema.parse(request.body ?? {});
      const next = await take(uid, form, request.ip);
      if (next.kind !== 'done') return show(request, reply, next, form.language, redirectOf(params));
      reply.hijack();
      await provider().interactionFinished(request.raw, reply.raw, {
        login: { accountId: next.accountId, amr: [...next.methods], remember: false },
      });
    });
  };
  step('code', (uid, { number, language }, requester) => signIn.askForCode(uid, number, requester, language));
  step('answer', (uid, { code }, requester) => signIn.answerCode(uid, code, requester));
  step('person', (uid, { choice }) => signIn.choosePerson(uid, choice));
  step('second-factor', (uid, { code }) => signIn.answerSecondFactor(uid, code));
}

async function show(
  request: FastifyRequest<Params>,
  reply: FastifyReply,
  step: Exclude<SignInStep, { kind: 'done' }>,
  language: MessageLanguage,
  redirectTo: string,
): Promise<FastifyReply> {
  const url = `/sign-in/${encodeURIComponent(request.params.uid)}`;
  const problem =
    'problem' in step ? tellProblem(language, step.problem, 'waitSeconds' in step ? step.waitSeconds : 0) : '';
  const facts = { url, problem, otherLanguageUrl: `${url}?language=${language === 'zh' ? 'en' : 'zh'}` };
  return reply
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .header(
      'content-security-policy',
      `default-src 'none'; style-src 'self'; form-action 'self' ${redirectTo}; base-uri 'none'; frame-ancestors 'none'`,
    )
    .send(renderStep(step, language, facts));
}

function renderStep(
  step: Exclude<SignInStep, { kind: 'done' }>,
  language: MessageLanguage,
  facts: Readonly<Record<string, unknown>>,
): string {
  switch (step.kind) {
    case 'number':
    case 'code':
      return renderPage(step.kind, language, facts);
    case 'person':
      return renderPage('person', language, { ...facts, people: step.people });
    case 'secondFactor':
      return renderPage('second-factor', language, { ...facts, enrolment: step.enrolment });
  }
}

function languageOf(request: FastifyRequest, uiLocales: unknown): MessageLanguage {
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
