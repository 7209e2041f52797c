import { readFileSync } from 'node:fs';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Provider } from 'oidc-provider';
import { z } from 'zod';
import type { MessageLanguage } from './code-channel.js';
import { renderPage } from './pages/render-page.js';
import { tellProblem } from './pages/texts.js';
import { languageOf, sendPage } from './send-page.js';
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
    return show(request, reply, { kind: 'number' }, languageOf(request, params['ui_locales']), params);
  });

  const step = (
    path: string,
    take: (uid: string, form: z.infer<typeof formSchema>, requester: string) => Promise<SignInStep>,
  ): void => {
    server.post<Params>(`/sign-in/:uid/${path}`, async (request, reply) => {
      const { uid, params } = await provider().interactionDetails(request.raw, reply.raw);
      const form = formSchema.parse(request.body ?? {});
      const next = await take(uid, form, request.ip);
      if (next.kind !== 'done') return show(request, reply, next, form.language, params);
      const returnTo = await provider().interactionResult(request.raw, reply.raw, {
        login: { accountId: next.accountId, amr: [...next.methods], remember: false },
      });
      return reply.redirect(returnTo, 303);
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
  params: Readonly<Record<string, unknown>>,
): Promise<FastifyReply> {
  const url = `/sign-in/${encodeURIComponent(request.params.uid)}`;
  const problem =
    'problem' in step ? tellProblem(language, step.problem, 'waitSeconds' in step ? step.waitSeconds : 0) : '';
  const facts = { url, problem, otherLanguageUrl: `${url}?language=${language === 'zh' ? 'en' : 'zh'}` };
  return sendPage(reply, params, renderStep(step, language, facts));
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
