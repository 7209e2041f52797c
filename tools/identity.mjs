#!/usr/bin/env node
/**
 * `npm run identity -- register <registration.json> --organisation <code>`: registers a partner's server at the issuer,
 * or its new keys; `docs/partners/` says what the file holds.
 *
 * `npm run identity -- appoint --role <role> --organisation <code>`: gives an office to whom one line of JSON on standard
 * input names, `{"memberNumber": "..."}` or `{"fullName": "...", "phone": "..."}`: names and numbers stay out of the
 * list of processes and the shell's history. This is how the first administrator comes to be.
 *
 * `npm run identity -- sign-out`: signs out everywhere whom one line of JSON on standard input names,
 * `{"memberNumber": "..."}` or, of staff, `{"phone": "..."}`.
 *
 * One JSON object on standard output says what came of it. Exit code 0: done; 1: refused.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { readState } from '../deploy/local/src/stack-state.mjs';
import { build } from './build.mjs';

const usage =
  'Say `register <file> --organisation <code>`, `appoint --role <role> --organisation <code>` or `sign-out`.';

try {
  const { work, file, role, organisation } = readArguments();
  const input = JSON.parse(readFileSync(work === 'register' ? file : 0, 'utf8'));
  const environment = environmentOfMembers();
  await build();
  const { openIdentity } = await import('../services/members/dist/identity/open-identity.js');
  const identity = await openIdentity(environment);
  try {
    const works = {
      register: () => identity.registerPartnerClient.run(input, organisation),
      appoint: () => identity.appointOfficer.run(input, role, organisation, 'command line'),
      'sign-out': () => identity.signOut.run(input),
    };
    const outcome = await works[work]();
    process.stdout.write(`${JSON.stringify(outcome)}\n`);
    process.exitCode = ['registered', 'appointed', 'signedOut'].includes(outcome.kind) ? 0 : 1;
  } finally {
    await identity.close();
  }
} catch (error) {
  process.stderr.write(`${error.driverError === undefined ? error.message : 'The database refused it.'}\n`);
  process.exitCode = 1;
}

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { role: { type: 'string' }, organisation: { type: 'string' } },
  });
  const [work, file, ...rest] = positionals;
  const { organisation, role } = values;
  const isWhole =
    rest.length === 0 &&
    ((work === 'register' && file !== undefined && organisation !== undefined) ||
      (work === 'appoint' && file === undefined && organisation !== undefined && role !== undefined) ||
      (work === 'sign-out' && file === undefined && organisation === undefined && role === undefined));
  if (!isWhole) throw new Error(usage);
  return { work, file, ...values };
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
