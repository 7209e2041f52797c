/**
 * `npm run import -- organisations|members <file> [--dry-run] [--report <file>]`
 *
 * Imports a CSV file of any size in this process: `docs/import.md` says how it is written. One JSON object on standard
 * output says what came of it; lines that did not land are in the error report, a CSV file that it names. Exit code 0
 * when every line landed, 2 when some did not, 1 when nothing was done. Broken off (Ctrl-C, power), the same command
 * goes on where it was.
 */
import { createWriteStream, existsSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { readState } from '../deploy/local/src/stack-state.mjs';
import { build } from './build.mjs';

const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort());
process.once('SIGTERM', () => interrupted.abort());

try {
  const { kind, file, isDryRun, reportFile } = readArguments();
  const environment = environmentOfMembers();
  await build();
  process.exitCode = await importFile(kind, file, isDryRun, reportFile, environment);
} catch (error) {
  process.stderr.write(`${sentenceOf(error)}\n`);
  process.exitCode = 1;
}

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { 'dry-run': { type: 'boolean', default: false }, report: { type: 'string' } },
  });
  const [kind, file, ...rest] = positionals;
  if (!['organisations', 'members'].includes(kind) || file === undefined || rest.length > 0) {
    throw new Error(
      'Say `organisations <file>` or `members <file>`; --dry-run keeps nothing, --report <file> names the error report.',
    );
  }
  if (!existsSync(file)) throw new Error(`There is no file ${file}.`);
  const name = basename(file, extname(file));
  const reportFile = resolve(values.report ?? join(dirname(file), `${name}.errors.csv`));
  return { kind, file, isDryRun: values['dry-run'], reportFile };
}

/** What is set here wins over the running stack. */
function environmentOfMembers() {
  const stack = readState();
  const url = process.env.DATABASE_URL_MEMBERS;
  if (stack === null && url === undefined && process.env.DATABASE_URL === undefined) {
    throw new Error('No stack runs here: start one with `npm run stack -- up`, or set DATABASE_URL_MEMBERS.');
  }
  return { ...stack?.environments?.members, ...process.env, ...(url === undefined ? {} : { DATABASE_URL: url }) };
}

async function importFile(kind, file, isDryRun, reportFile, environment) {
  const { openImports } = await import('../services/members/dist/imports/open-imports.js');
  const { sourceFromFile } = await import('../services/members/dist/imports/import-source.js');
  const { refusalAnswer } = await import('../services/members/dist/imports/import.refusals.js');
  const imports = await openImports(environment);
  const beganMs = Date.now();
  try {
    const outcome = await imports[kind].run({
      source: sourceFromFile(file),
      importer: { name: 'command line', reach: null },
      isDryRun,
      signal: interrupted.signal,
      onProgress: (line) => process.stderr.isTTY && process.stderr.write(`line ${line}\r`),
    });
    if (outcome.run === undefined) {
      const { code, messageZh, messageEn, columns } = refusalAnswer(outcome);
      print({ state: 'REFUSED', code, messageZh, messageEn, ...(columns === undefined ? {} : { columns }) });
      return 1;
    }
    const { id: runId, ...run } = outcome.run;
    const errorReport = run.refused === 0 ? null : await writeReport(imports.errorsOf(runId), reportFile);
    print({ runId, ...run, errorReport, seconds: (Date.now() - beganMs) / 1_000 });
    return run.state === 'FINISHED' && run.refused === 0 ? 0 : 2;
  } finally {
    await imports.close();
  }
}

async function writeReport(portions, reportFile) {
  const { errorReportLines, errorReportStart } = await import('../services/members/dist/imports/write-error-report.js');
  await pipeline(
    Readable.from(
      (async function* () {
        yield errorReportStart;
        for await (const errors of portions) yield errorReportLines(errors);
      })(),
    ),
    createWriteStream(reportFile),
  );
  return reportFile;
}

function print(value) {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** A database's error quotes statements and values: of such a one only its code is told. */
function sentenceOf(error) {
  const code = error?.driverError?.code ?? error?.code;
  return typeof code === 'string' && !code.startsWith('ERR_PARSE_ARGS')
    ? `The import was broken off (${code}). Start it again: it goes on where it was.`
    : error.message;
}
