#!/usr/bin/env node
/**
 * `npm run gateway -- --supergraph <file> --port <n> [--no-identity]`: serves one Federation 2 supergraph, of this
 * product or of anybody's, with the product's own gateway. Its address stands alone on stdout, logs go to stderr.
 */
import { parseArgs } from 'node:util';
import { ensureInstalled } from '../deploy/local/src/install.mjs';
import { continueOnNode24, isNode24 } from '../deploy/local/src/node24.mjs';
import { Obstacle } from '../deploy/local/src/obstacle.mjs';
import { whenParentIsGone } from '../deploy/local/src/parent.mjs';
import { createProgress } from '../deploy/local/src/progress.mjs';
import { build } from './build.mjs';

const usage = 'npm run gateway -- --supergraph <file> [--port <n>] [--no-identity]';
const help = `${usage}

Serves a Federation 2 supergraph at http://<host>:<port>/graphql, with the executor, the limits and the masking of the
product. A changed file is taken over while operations go on.

  --supergraph <file>         what composition of the subgraphs printed
  --port <n>                  4000; 0 takes a free one
  --host <name or address>    127.0.0.1; 0.0.0.0 serves other machines
  --subgraph <name>=<url>     where a subgraph is, in place of what the supergraph says; as often as needed
  --no-identity               let everybody in, and tell subgraphs nothing of who asks
  --audience <name>           whose tokens are accepted without --no-identity: mobile (default), dashboard or bank

With identity the environment names TRUSTED_ISSUERS_FILE and a VIEWER_STATEMENT_KEY_<SUBGRAPH> for each subgraph. Also
read: ZHIJIA_MODE (development), SUBGRAPH_TIMEOUT_MS (20000), LOG_LEVEL (info). gateway/README.md says more.
`;

async function main(args) {
  const options = readOptions(args);
  if (options === null) return void process.stdout.write(help);
  await ensureInstalled(createProgress());
  if (!isNode24()) return continueOnNode24();
  await build();
  // graphql-js checks more, and is slower, where this does not say that the checks are over.
  process.env.NODE_ENV ??= 'production';

  const { ConfigError } = await import('@zhijia/config');
  const { endOnSignal } = await import('../gateway/dist/end-on-signal.js');
  const { graphqlPath, serveSupergraph } = await import('../gateway/dist/serve-supergraph.js');
  const { isAudience, readStandaloneConfig } = await import('../gateway/dist/standalone.config.js');
  const { UnusableSupergraph } = await import('../gateway/dist/supergraph.js');
  if (!isAudience(options.audience)) throw new Obstacle(`${options.audience} is no audience; use ${usage}.`);
  try {
    const config = readStandaloneConfig({ ...options, audience: options.identity ? options.audience : null });
    const gateway = await serveSupergraph(config);
    endOnSignal(gateway.stop, gateway.log, false);
    whenParentIsGone(() => process.kill(process.pid, 'SIGTERM'), { channelOnly: true });
    process.stdout.write(`${gateway.url}${graphqlPath}\n`);
  } catch (error) {
    if (error instanceof UnusableSupergraph) throw new Obstacle(error.message);
    if (error instanceof ConfigError) {
      throw new Obstacle(
        `${error.message}${options.identity ? '\nTo let everybody in instead, pass --no-identity.' : ''}`,
      );
    }
    if (error.code === 'EADDRINUSE') throw new Obstacle(`Port ${options.port} is taken: pass another one as --port.`);
    if (error.code === 'EACCES') throw new Obstacle(`Port ${options.port} is not ours to take: pass one above 1023.`);
    if (['EADDRNOTAVAIL', 'ENOTFOUND'].includes(error.code)) {
      throw new Obstacle(`${options.host} is no address of this machine: pass another one as --host.`);
    }
    throw error;
  }
}

/** @returns null when help is asked for */
function readOptions(args) {
  let values;
  try {
    ({ values } = parseArgs({
      args,
      options: {
        supergraph: { type: 'string' },
        port: { type: 'string', default: '4000' },
        host: { type: 'string', default: '127.0.0.1' },
        subgraph: { type: 'string', multiple: true, default: [] },
        audience: { type: 'string', default: 'mobile' },
        'no-identity': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }));
  } catch (error) {
    throw new Obstacle(`${error.message}\nUse it as ${usage}.`);
  }
  if (values.help) return null;
  if (values.supergraph === undefined) throw new Obstacle(`No supergraph is named; use ${usage}.`);
  const port = Number(values.port);
  if (!/^\d{1,5}$/.test(values.port) || port > 65_535) {
    throw new Obstacle(`--port takes a number up to 65535, not ${values.port}; use ${usage}.`);
  }
  return {
    supergraphFile: values.supergraph,
    port,
    host: values.host,
    identity: !values['no-identity'],
    audience: values.audience,
    subgraphUrls: new Map(values.subgraph.map(nameAndUrl)),
  };
}

function nameAndUrl(text) {
  const at = text.indexOf('=');
  if (at < 1 || !URL.canParse(text.slice(at + 1))) throw new Obstacle(`--subgraph takes <name>=<url>, not ${text}.`);
  return [text.slice(0, at), text.slice(at + 1)];
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Obstacle ? error.message : (error.stack ?? error)}\n`);
  process.exit(1);
}
