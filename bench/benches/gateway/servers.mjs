import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnLeashed } from '../../../deploy/local/src/leash.mjs';
import { root } from '../../../deploy/local/src/paths.mjs';
import { reservePort } from '../../../deploy/local/src/ports.mjs';
import { until } from '../../parts/product.mjs';
import { organisationOf } from './operations.mjs';
import { wideningGraph } from './widening-graph.mjs';

const subgraphs = ['members', 'timebank', 'evaluations', 'benefits'];

/** Tokens as people carry them; the gateway's key for them is public and on this disk. */
export async function makeIssuer(bench) {
  const { testIssuer } = await import('@zhijia/testing');
  const issuer = await testIssuer();
  const jwksFile = join(bench.directory, 'jwks.json');
  const trustedIssuersFile = join(bench.directory, 'trusted-issuers.json');
  const audiences = { mobile: 'zhijia-mobile', dashboard: 'zhijia-dashboard' };
  writeFileSync(jwksFile, JSON.stringify(issuer.jwks));
  writeFileSync(
    trustedIssuersFile,
    JSON.stringify([{ issuer: issuer.issuer, jwksFile, audiences, roles: ['member', 'secretary'] }]),
  );
  return {
    trustedIssuersFile,
    token: (audience, client) =>
      issuer.token({
        audience: audiences[audience],
        subject: organisationOf(client),
        memberId: organisationOf(client),
        roles: [{ role: audience === 'mobile' ? 'member' : 'secretary', organisationId: organisationOf(client) }],
        lifetimeSeconds: 3_600,
      }),
  };
}

export async function startStandIns(bench) {
  const product = subgraphs.map((name) => ({
    name,
    typeDefs: readFileSync(join(root, 'services', name, 'schema.graphql'), 'utf8'),
  }));
  const ports = {};
  for (const [file, parts] of [
    ['facts.mjs', product],
    ['widening-graph.mjs', wideningGraph()],
  ]) {
    for (const { name } of parts) ports[name] = await takePort(bench);
    const leashed = spawnNode(bench, `stand-ins of ${file}`, [join(import.meta.dirname, 'stand-ins.mjs')], {
      FACTS: join(import.meta.dirname, file),
      STAND_INS: JSON.stringify(
        Object.fromEntries(parts.map(({ name, typeDefs }) => [name, { port: ports[name], typeDefs }])),
      ),
    });
    await until(`${file} answers`, () => isListening(leashed, `http://127.0.0.1:${ports[parts[0].name]}/`));
  }
  return { ports, urlOf: (name) => `http://127.0.0.1:${ports[name]}/graphql` };
}

/** The product's gateway as it is deployed: three audiences, tokens, limits, signed statements, a log line a request. */
export async function startProductGateway(bench, standIns, issuer, more = {}) {
  const key = Buffer.alloc(32, 7).toString('base64url');
  return startServer(bench, 'ours', (port) => ({
    args: [join(root, 'gateway', 'dist', 'main.js')],
    env: {
      ZHIJIA_MODE: 'development',
      HOST: '127.0.0.1',
      PORT: String(port),
      LOG_LEVEL: 'info',
      SUPERGRAPH_DIR: join(root, 'deploy', 'supergraph'),
      TRUSTED_ISSUERS_FILE: issuer.trustedIssuersFile,
      ...Object.fromEntries(
        subgraphs.flatMap((name) => [
          [`SUBGRAPH_URL_${name.toUpperCase()}`, standIns.urlOf(name)],
          [`VIEWER_STATEMENT_KEY_${name.toUpperCase()}`, key],
        ]),
      ),
      ...more,
    },
    path: '/health/live',
  }));
}

/** The committed supergraph, with the stand-ins in place of the services. */
export function supergraphFor(bench, standIns, audience) {
  const file = join(bench.directory, `${audience}.graphql`);
  const sdl = readFileSync(join(root, 'deploy', 'supergraph', `${audience}.graphql`), 'utf8');
  writeFileSync(
    file,
    sdl.replace(
      /@join__graph\(name: "(\w+)", url: "[^"]*"\)/g,
      (_whole, name) => `@join__graph(name: "${name}", url: "${standIns.urlOf(name)}")`,
    ),
  );
  return file;
}

export async function startServer(bench, name, describe) {
  const port = await takePort(bench);
  const { args, env, path } = describe(port);
  const leashed = spawnNode(bench, name, args, env);
  const origin = `http://127.0.0.1:${port}`;
  await bench.progress.step(`Start of ${name}`, () =>
    until(`${name} answers`, () => isListening(leashed, `${origin}${path}`), { withinMs: 60_000 }),
  );
  return { origin, path, pid: leashed.pid, stop: () => leashed.stop() };
}

/** Any answer at all: not every gateway has the same page for health. */
async function isListening(leashed, url) {
  if (!leashed.isRunning) throw new Error(`Ended before it answered: ${leashed.name}`);
  return fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    async (response) => {
      await response.arrayBuffer();
      return true;
    },
    () => null,
  );
}

function spawnNode(bench, name, args, env) {
  const leashed = spawnLeashed(process.execPath, args, {
    name,
    plan: 'TERM:5',
    cwd: root,
    logFile: join(bench.directory, `${name.replaceAll(' ', '-')}.log`),
    env: { PATH: process.env.PATH, NODE_ENV: 'production', APOLLO_TELEMETRY_DISABLED: '1', ...env },
  });
  bench.undo(() => leashed.stop());
  return leashed;
}

async function takePort(bench) {
  const { port, release } = await reservePort('free');
  bench.undo(release);
  return port;
}
