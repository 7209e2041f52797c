import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Client, Grant, InteractionResults, Provider } from 'oidc-provider';
import { z } from 'zod';
import { noticeOf, type AskConsent, type ConsentQuestion, type ConsentStep } from './ask-consent.js';
import type { MessageLanguage } from '../sign-in/code-channel.js';
import { consentDetailsIn, consentDetailsType } from './consent-details.js';
import { consentTextsIn } from '../pages/consent-texts.js';
import { renderPage } from '../pages/render-page.js';
import { languageOf, sendPage } from '../pages/send-page.js';

const formSchema = z.object({
  language: z.enum(['zh', 'en']).catch('zh'),
  decision: z.enum(['agree', 'refuse']).optional().catch(undefined),
  separately: z.literal('yes').optional().catch(undefined),
  notice: z.string().max(200).catch(''),
});

type Params = { Params: { uid: string } };
type Request = FastifyRequest<Params>;

interface Opened {
  readonly question: ConsentQuestion;
  readonly params: Readonly<Record<string, unknown>>;
}

/**
 * The page on which a member lets a partner read, or not. It stands on its own, after signing in and beside nothing
 * else. As for signing in, the library compares the interaction's cookie, which another site's form does not bring.
 */
export function addConsentRoutes(server: FastifyInstance, provider: () => Provider, asking: AskConsent): void {
  const open = async (request: Request, reply: FastifyReply): Promise<Opened | null> => {
    const { uid, params, prompt, session } = await provider().interactionDetails(request.raw, reply.raw);
    const details = prompt.name === 'consent' ? consentDetailsIn(params) : null;
    const client = await provider().Client.find(String(params['client_id']));
    if (details === null || client === undefined || session?.accountId === undefined) return null;
    const { purpose, fields, days } = details;
    const partner = { issuer: provider().issuer, clientId: client.clientId, ...recipientOf(client) };
    return {
      question: { interaction: uid, accountId: session.accountId, partner, request: { purpose, fields, days } },
      params,
    };
  };

  const finish = async (request: Request, reply: FastifyReply, result: InteractionResults): Promise<FastifyReply> =>
    reply.redirect(await provider().interactionResult(request.raw, reply.raw, result), 303);

  const go = async (
    request: Request,
    reply: FastifyReply,
    { question, params }: Opened,
    step: ConsentStep,
    language: MessageLanguage,
  ): Promise<FastifyReply> => {
    switch (step.kind) {
      case 'page':
        return sendPage(reply, params, renderConsent(request.params.uid, step, language));
      case 'refused':
        return finish(request, reply, { error: 'access_denied', error_description: 'the member does not consent' });
      case 'given':
        return finish(request, reply, { consent: { grantId: await grantFor(provider(), question, step) } });
    }
  };

  server.get<Params>('/consent/:uid', async (request, reply) => {
    const opened = await open(request, reply);
    if (opened === null) return finish(request, reply, nothingAsked);
    const language = languageOf(request, opened.params['ui_locales']);
    return go(request, reply, opened, await asking.show(opened.question), language);
  });

  server.post<Params>('/consent/:uid/answer', async (request, reply) => {
    const opened = await open(request, reply);
    if (opened === null) return finish(request, reply, nothingAsked);
    const { language, decision, separately, notice } = formSchema.parse(request.body ?? {});
    const step =
      decision === undefined
        ? await asking.show(opened.question)
        : await asking.answer(opened.question, { decision, isTicked: separately === 'yes', notice });
    return go(request, reply, opened, step, language);
  });
}

/** A partner's server came for something else than a consent. */
const nothingAsked = { error: 'invalid_request', error_description: 'authorization_details asks for no consent' };

function recipientOf(client: Client): { recipientName: string; recipientContact: string } {
  return { recipientName: client.clientName ?? client.clientId, recipientContact: client.contacts?.join(', ') ?? '' };
}

/** What the partner's token response tells: which consent, and what it covers. */
async function grantFor(
  provider: Provider,
  { accountId, partner }: ConsentQuestion,
  { consentId, offer, validUntil }: Extract<ConsentStep, { kind: 'given' }>,
): Promise<string> {
  const grant: Grant = new provider.Grant({ accountId, clientId: partner.clientId });
  grant.addRar({
    type: consentDetailsType,
    identifier: consentId,
    purpose: offer.purpose,
    fields: [...offer.fields],
    valid_until: validUntil,
  });
  return grant.save();
}

function renderConsent(uid: string, step: Extract<ConsentStep, { kind: 'page' }>, language: MessageLanguage): string {
  const { offer, recipient, memberName } = step;
  const words = consentTextsIn(language);
  const url = `/consent/${encodeURIComponent(uid)}`;
  const isChinese = language === 'zh';
  return renderPage('consent', language, {
    url,
    otherLanguageUrl: `${url}?language=${isChinese ? 'en' : 'zh'}`,
    words,
    memberName,
    recipient,
    problem: step.problem === undefined ? '' : words.problems[step.problem],
    purpose: isChinese ? offer.purposeZh : offer.purposeEn,
    necessity: isChinese ? offer.necessityZh : offer.necessityEn,
    fields: offer.fields.map((field) => words.fields[field]),
    term: words.term(offer.days),
    noticeVersion: offer.noticeVersion,
    notice: noticeOf(offer),
  });
}
