import { existsSync, readFileSync } from 'node:fs';
import { Obstacle } from '../../deploy/local/src/obstacle.mjs';
import { layout } from '../../deploy/local/src/paths.mjs';

/** Tokens live twelve hours, longer than any load; each identity needs one for each audience. */
export async function openTokens(dataDir) {
  const where = layout(dataDir);
  const [issuer] = readJson(where.trustedIssuers);
  const key = readJson(`${where.secrets}/issuer.jwk.json`);
  const makeToken = await loadMakeToken();
  const tokens = new Map();

  /** The bearer token of an identity, as `npm run token` makes it. */
  return function tokenOf(identity, audience = identity.audience) {
    const name = `${audience} ${identity.subject} ${identity.clientId}`;
    if (!tokens.has(name)) {
      tokens.set(
        name,
        makeToken(key, {
          issuer: issuer.issuer,
          audience: issuer.audiences[audience],
          subject: identity.subject,
          clientId: identity.clientId,
          memberId: identity.memberId,
          roles: identity.roles,
        }),
      );
    }
    return tokens.get(name);
  };
}

/** The same code as in tests and in `npm run token`; compiled by every `npm start` and `npm run build`. */
async function loadMakeToken() {
  const compiled = new URL('../../libs/testing/dist/make-token.js', import.meta.url);
  if (!existsSync(compiled)) throw new Obstacle('Nothing is built yet: npm run build, or npm start, does it.');
  const { makeToken } = await import(compiled.href);
  return makeToken;
}

function readJson(file) {
  if (!existsSync(file)) throw new Obstacle(`${file} is not there: npm start makes it.`);
  return JSON.parse(readFileSync(file, 'utf8'));
}
