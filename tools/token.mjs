#!/usr/bin/env node
/**
 * `npm run token -- --as <identity> [--audience mobile|dashboard|bank]`: a bearer token of the development issuer, alone
 * on stdout. `npm run token -- --list`: one identity a line, name first, then audience and roles.
 *
 * It signs with a key that exists only where `npm start` made it; a production start of the gateway refuses that key.
 */
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Obstacle } from '../deploy/local/src/obstacle.mjs';
import { audiences } from '../deploy/local/src/parts.mjs';
import { defaultDataDir, layout } from '../deploy/local/src/paths.mjs';

const usage = 'npm run token -- --as <identity> [--audience mobile|dashboard|bank], or npm run token -- --list';

async function main(args) {
  const options = readOptions(args);
  if (process.env.ZHIJIA_MODE === 'production') throw new Obstacle('Tokens of this kind are for development only.');
  const where = layout(defaultDataDir());
  const identities = readJson(`${where.dataDir}/identities.json`);
  if (options.list) return `${identities.map(line).join('\n')}\n`;

  const identity = identities.find(({ name }) => name === options.as);
  if (identity === undefined) {
    throw new Obstacle(`Nobody here is called ${options.as}; npm run token -- --list tells who is.`);
  }
  const [issuer] = readJson(where.trustedIssuers);
  const makeToken = await loadMakeToken();
  const token = await makeToken(readJson(`${where.secrets}/issuer.jwk.json`), {
    issuer: issuer.issuer,
    audience: issuer.audiences[options.audience ?? identity.audience],
    subject: identity.subject,
    clientId: identity.clientId,
    memberId: identity.memberId,
    roles: identity.roles,
  });
  return `${token}\n`;
}

function readOptions(args) {
  let values;
  try {
    ({ values } = parseArgs({
      args,
      options: { as: { type: 'string' }, audience: { type: 'string' }, list: { type: 'boolean', default: false } },
    }));
  } catch (error) {
    throw new Obstacle(`${error.message}\nUse it as ${usage}.`);
  }
  if (values.audience !== undefined && !audiences.includes(values.audience)) {
    throw new Obstacle(`${values.audience} is no audience: ${audiences.join(', ')} are.`);
  }
  if (values.list === (values.as !== undefined)) throw new Obstacle(`Use it as ${usage}.`);
  return values;
}

function line({ name, audience, roles, about }) {
  const distinct = [...new Set(roles.map(({ role }) => role))].join(',') || '-';
  return [name.padEnd(24), audience.padEnd(10), distinct.padEnd(20), about ?? ''].join('  ').trimEnd();
}

function readJson(file) {
  if (!existsSync(file)) throw new Obstacle(`${file} is not there: npm start makes it, with the demonstration county.`);
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** The same code as in tests; compiled by every `npm start` and `npm run build`. */
async function loadMakeToken() {
  const compiled = new URL('../libs/testing/dist/make-token.js', import.meta.url);
  if (!existsSync(compiled)) throw new Obstacle('Nothing is built yet: npm run build, or npm start, does it.');
  const { makeToken } = await import(compiled.href);
  return makeToken;
}

try {
  process.stdout.write(await main(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`${error instanceof Obstacle ? error.message : (error.stack ?? error)}\n`);
  process.exitCode = 1;
}
