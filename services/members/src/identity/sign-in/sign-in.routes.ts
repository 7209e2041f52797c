import { readFileSync } from 'node:fs';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Interaction, InteractionResults, Provider } from 'oidc-provider';
import { z } from 'zod';
import type { CodePurpose, MessageLanguage } from './code-channel.js';
import { renderPage } from '../pages/render-page.js';
import { tellProblem } from '../pages/texts.js';
import { languageOf, sendPage } from '../pages/send-page.js';
import type { SignIn, SignInStep } from './sign-in.js';

const style = readFileSync(new URL('../../../pages/sign-in.css', import.meta.url), 'utf8');

const formSchema = z.object({
  language: z.enum(['zh', 'en']).catch('zh'),
  number: z.string().max(40).catch(''),
  code: z.string().max(40).catch(''),
  choice: z.string().max(40).catch(''),
});

type Params = { Params: { uid: string } };

/** One style for all pages of the issuer. */
export function addStyle(server: FastifyInstance): void {
  server.get('/sign-in.css', async (_request, reply) =>
    reply.type('text/css').header('cache-control', 'public, max-age=3600').send(style),
  );
}

/** What an answered code leads to: being signed in, or acting for whom it was sent to. */
export interface CodePages {
  /** Where the pages lie. */
  readonly path: 'sign-in' | 'agency';
  readonly purpose: CodePurpose;
  finish(
    interaction: Interaction,
    done: Extract<SignInStep, { kind: 'done' }>,
  ): InteractionResults | Promise<InteractionResults>;
}

export const signInPages: CodePages = {
  path: 'sign-in',
  purpose: 'signIn',
  finish: (_interaction, { accountId, methods }) => ({
    login: { accountId, amr: [...methods], remember: false },
  }),
};

/**
 * The pages of a one-time code. Each request carries the interaction's cookie, which the library compares; it is `SameSite`,
 * so another site's form comes without it. `provider` is asked anew each time: keys change while this runs.
 */
export function addCodePages(
  server: FastifyInstance,
  provider: () => Provider,
  signIn: SignIn,
  pages: CodePages,
): void {
  const { path: base, purpose } = pages;
  server.get<Params>(`/${base}/:uid`, async (request, reply) => {
    const { params } = await provider().interactionDetails(request.raw, reply.raw);
    return show(request, reply, { kind: 'number' }, languageOf(request, params['ui_locales']), params, pages);
  });

  const step = (
    path: string,
    take: (uid: string, form: z.infer<typeof formSchema>, requester: string) => Promise<SignInStep>,
  ): void => {
    server.post<Params>(`/${base}/:uid/${path}`, async (request, reply) => {
      const interaction = await provider().interactionDetails(request.raw, reply.raw);
      const { uid, params } = interaction;
      const form = formSchema.parse(request.body ?? {});
      const next = await take(uid, form, request.ip);
      if (next.kind !== 'done') return show(request, reply, next, form.language, params, pages);
      const result = await pages.finish(interaction, next);
      const returnTo = await provider().interactionResult(request.raw, reply.raw, result);
      return reply.redirect(returnTo, 303);
    });
  };
  step('code', (uid, { number, language }, requester) => signIn.askForCode(uid, number, requester, language, purpose));
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
  { path, purpose }: CodePages,
): Promise<FastifyReply> {
  const url = `/${path}/${encodeURIComponent(request.params.uid)}`;
  const problem =
    'problem' in step ? tellProblem(language, step.problem, 'waitSeconds' in step ? step.waitSeconds : 0) : '';
  const facts = { url, problem, otherLanguageUrl: `${url}?language=${language === 'zh' ? 'en' : 'zh'}` };
  return sendPage(reply, params, renderStep(step, language, facts, purpose));
}

function renderStep(
  step: Exclude<SignInStep, { kind: 'done' }>,
  language: MessageLanguage,
  facts: Readonly<Record<string, unknown>>,
  purpose: CodePurpose,
): string {
  switch (step.kind) {
    case 'number':
    case 'code':
      return renderPage(step.kind, language, facts, purpose);
    case 'person':
      return renderPage('person', language, { ...facts, people: step.people }, purpose);
    case 'secondFactor':
      return renderPage('second-factor', language, { ...facts, enrolment: step.enrolment }, purpose);
  }
}
