import { fileURLToPath } from 'node:url';
import { Eta } from 'eta';
import type { CodePurpose, MessageLanguage } from '../sign-in/code-channel.js';
import { textsIn } from './texts.js';

export type PageName = 'number' | 'code' | 'person' | 'second-factor' | 'consent' | 'error';

/** Everything a template writes is escaped, unless it says otherwise. */
const templates = new Eta({
  views: fileURLToPath(new URL('../../../pages', import.meta.url)),
  autoEscape: true,
  cache: true,
});

/** One page of the issuer: plain HTML that needs no script, in Chinese or English. */
export function renderPage(
  name: PageName,
  language: MessageLanguage,
  facts: Readonly<Record<string, unknown>>,
  purpose: CodePurpose = 'signIn',
): string {
  return templates.render(`./${name}`, { ...facts, language, texts: textsIn(language, purpose) });
}
