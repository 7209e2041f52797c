import { execFile, fork, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repository } from './county.js';

const run = promisify(execFile);

/** The files that a page of documentation shows, and a place where they run. */
export interface Guide {
  /** The names of its files. */
  readonly files: readonly string[];
  /** The JSON it shows, in its order. */
  readonly json: readonly unknown[];
  /** Runs one of its files as a reader would, or a file of a test beside them; what it printed, as JSON. */
  run(file: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<unknown>;
  /** Keeps one of its files loaded in a process of its own, as a reader's server would. */
  load(file: string, env: Readonly<Record<string, string>>): Call;
  /** Puts a file of a test beside those of the page. */
  add(file: string, text: string): void;
  close(): void;
}

/** Calls a function that a loaded file exports, one at a time; what it takes and answers travels as JSON. */
export type Call = <Answer>(name: string, ...args: readonly unknown[]) => Promise<Answer>;

/** Does in the process of a loaded file what `Call` asks for. */
const answerCalls = `const file = import(process.argv[2]);
process.on('message', async ({ name, args }) => {
  try {
    process.send({ answer: await (await file)[name](...args) });
  } catch (error) {
    process.send({ failure: error.stack });
  }
});`;

/** A page of `docs/`: each `js` block begins with a comment that names its file, and blocks of one name are one file. */
export function openGuide(page: string): Guide {
  const markdown = readFileSync(join(repository, 'docs', page), 'utf8');
  // Inside the repository, so that packages are found as from a project of the reader's own.
  mkdirSync(join(repository, '.zhijia'), { recursive: true });
  const folder = mkdtempSync(join(repository, '.zhijia', 'guide-'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const files = new Map<string, string>();
  for (const block of blocksOf(markdown, 'js')) {
    const [, file, text] = /^\/\/ ([\w-]+\.js)\n(.*)$/s.exec(block) ?? [];
    if (file === undefined || text === undefined) throw new Error(`A block of ${page} names no file:\n${block}`);
    files.set(file, `${files.get(file) ?? ''}${text}\n`);
  }
  for (const [file, text] of files) writeFileSync(join(folder, file), text);
  const environmentWith = (env: Readonly<Record<string, string>>) => ({ ...process.env, NODE_OPTIONS: '', ...env });
  const loaded: ChildProcess[] = [];
  return {
    files: [...files.keys()],
    json: blocksOf(markdown, 'json').map((block): unknown => JSON.parse(block)),
    run: async (file, args, env) => {
      const { stdout } = await run(process.execPath, [join(folder, file), ...args], {
        env: environmentWith(env),
        timeout: 30_000,
      });
      return JSON.parse(stdout);
    },
    load: (file, env) => {
      const caller = join(folder, 'answer-calls.js');
      writeFileSync(caller, answerCalls);
      const child = fork(caller, [`./${file}`], { env: environmentWith(env), execArgv: [] });
      loaded.push(child);
      return callsTo(child);
    },
    add: (file, text) => writeFileSync(join(folder, file), text),
    close: () => {
      for (const child of loaded) child.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function callsTo(child: ChildProcess): Call {
  return <Answer>(name: string, ...args: readonly unknown[]) =>
    new Promise<Answer>((resolve, reject) => {
      const ended = (code: number | null) =>
        reject(new Error(`The process ended (${code}) before ${name} was answered`));
      child.once('exit', ended);
      child.once('message', ({ answer, failure }: { answer: Answer; failure?: string }) => {
        child.off('exit', ended);
        if (failure === undefined) resolve(answer);
        else reject(new Error(failure));
      });
      child.send({ name, args }, (error) => error !== null && reject(error));
    });
}

function blocksOf(markdown: string, language: string): string[] {
  return [...markdown.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .filter(([, written]) => written === language)
    .map(([, , block = '']) => block);
}
