import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repository } from './county.js';

const run = promisify(execFile);

/** The files that a page of documentation shows, and a place where they run. */
export interface Guide {
  /** The names of its files. */
  readonly files: readonly string[];
  /** Its blocks of JavaScript that are no files: steps that a journey runs one by one (`snippets.ts`). */
  readonly steps: readonly string[];
  /** The JSON it shows, in its order. */
  readonly json: readonly unknown[];
  /** Runs one of its files as a reader would, or a file of a test beside them; what it printed, as JSON. */
  run(file: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<unknown>;
  /** Puts a file of a test beside those of the page. */
  add(file: string, text: string): void;
  close(): void;
}

/** A page of `docs/`: a `js` block may begin with a comment that names its file, and blocks of one name are one file. */
export function openGuide(page: string): Guide {
  const markdown = readFileSync(join(repository, 'docs', page), 'utf8');
  // Inside the repository, so that packages are found as from a project of the reader's own.
  mkdirSync(join(repository, '.zhijia'), { recursive: true });
  const folder = mkdtempSync(join(repository, '.zhijia', 'guide-'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const files = new Map<string, string>();
  const steps: string[] = [];
  for (const block of blocksOf(markdown, 'js')) {
    const [, file, text] = /^\/\/ ([\w-]+\.js)\n(.*)$/s.exec(block) ?? [];
    if (file === undefined || text === undefined) steps.push(block);
    else files.set(file, `${files.get(file) ?? ''}${text}\n`);
  }
  for (const [file, text] of files) writeFileSync(join(folder, file), text);
  return {
    files: [...files.keys()],
    steps,
    json: blocksOf(markdown, 'json').map((block): unknown => JSON.parse(block)),
    run: async (file, args, env) => {
      const { stdout } = await run(process.execPath, [join(folder, file), ...args], {
        env: { ...process.env, NODE_OPTIONS: '', ...env },
        timeout: 30_000,
      });
      return JSON.parse(stdout);
    },
    add: (file, text) => writeFileSync(join(folder, file), text),
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function blocksOf(markdown: string, language: string): string[] {
  return [...markdown.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .filter(([, written]) => written === language)
    .map(([, , block = '']) => block);
}
