import { readFileSync, writeFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { repository } from './county.js';

/** The JavaScript of one chapter of a guide, block by block, as its reader would copy it. */
export function snippetsUnder(guide: string, heading: string): string[] {
  const text = readFileSync(join(repository, guide), 'utf8');
  const [, chapter] = text.split(`\n## ${heading}\n`);
  if (chapter === undefined) throw new Error(`${guide} has no chapter called ${heading}`);
  const [own = ''] = chapter.split('\n## ');
  return [...own.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code = '']) => code);
}

/**
 * Runs a snippet with the names that it uses, and answers those that it makes. Its imports are left out: what they bring
 * is given.
 */
export async function runSnippet<Made>(
  code: string,
  given: Readonly<Record<string, unknown>>,
  made: readonly (keyof Made & string)[],
): Promise<Made> {
  const body = code.replace(/^import .*$/gm, '');
  const file = join(mkdtempSync(join(tmpdir(), 'zhijia-snippet-')), 'snippet.mjs');
  writeFileSync(
    file,
    `export default async function ({ ${Object.keys(given).join(', ')} }) {\n${body}\nreturn { ${made.join(', ')} };\n}\n`,
  );
  const { default: run } = (await import(pathToFileURL(file).href)) as {
    default: (given: Readonly<Record<string, unknown>>) => Promise<Made>;
  };
  return run(given);
}
