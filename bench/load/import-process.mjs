/**
 * `node import-process.mjs <organisations|members> <file>`: the import of the product in a process of its own, as
 * `npm run import` runs it. Says a JSON line after each portion, and what came of it in the last.
 */
import 'reflect-metadata';
import { openImports } from '../../services/members/dist/imports/open-imports.js';
import { sourceFromFile } from '../../services/members/dist/imports/import-source.js';

const [kind, file] = process.argv.slice(2);
const say = (told) => process.stdout.write(`${JSON.stringify(told)}\n`);

const imports = await openImports(process.env);
const startedAt = performance.now();
const outcome = await imports[kind].run({
  source: sourceFromFile(file),
  importer: { name: 'bench', reach: null },
  isDryRun: false,
  onProgress: (line) => say({ line, residentMb: Math.round(process.memoryUsage.rss() / 2 ** 20) }),
});
const seconds = (performance.now() - startedAt) / 1_000;
const { state, added, refused } = outcome.run ?? {};
await imports.close();
say({ state, added, refused, seconds });
