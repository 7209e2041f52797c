import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.mjs';

/** Answered by all four subgraphs together. */
export const queryToTry =
  '{ me { fullName organisation { nameZh } awaitingCampaigns { titleZh } timeAccount { balanceMinutes } pointsAccount { balancePoints } } }';

/** What to look at, for people, once everything runs. */
export function banner(state, { demonstration, dataDir }) {
  const lines = [
    '',
    `Zhijia is ready after ${(state.startedInMs / 1000).toFixed(1)} s.`,
    '',
    ...Object.entries(state.gateway).map(([audience, url]) => row(`gateway, ${audience}`, url)),
    ...Object.entries(state.services).map(([name, { url }]) => row(name, url)),
    row('sign-in (issuer)', `${state.issuer}/.well-known/openid-configuration`),
    ...Object.entries(state.databases).map(([name, url]) => row(`database ${name}`, withoutPassword(url))),
    row('Kafka', state.kafka.brokers),
    row('data and logs', dataDir),
    '',
    ...county(demonstration),
    ...identities(dataDir),
    'One query to try, in another terminal:',
    '',
    `  TOKEN=$(npm run --silent token -- --as member-1 --audience mobile)`,
    `  curl -s ${state.gateway.mobile} -H "authorization: Bearer $TOKEN" \\`,
    `    -H 'content-type: application/json' -d '{"query":"${queryToTry}"}'`,
    '',
    'npm run stack -- status tells how it is; Ctrl-C ends it and keeps the data.',
    '',
  ];
  return lines.join('\n');
}

function row(what, where) {
  return `  ${what.padEnd(22)} ${where}`;
}

function county({ state, members }) {
  if (state === 'skipped') return [];
  const left = state === 'failed' ? ', not complete: the next start goes on with it' : '';
  return [`Demonstration county: ${members} members${left}.`, ''];
}

/** As the token command lists them; where that cannot, nothing is made up. */
function identities(dataDir) {
  const command = join(root, 'tools', 'token.mjs');
  if (!existsSync(command)) return [];
  try {
    const listed = execFileSync(process.execPath, [command, '--list'], {
      encoding: 'utf8',
      cwd: root,
      env: { ...process.env, ZHIJIA_DATA_DIR: dataDir },
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 20_000,
    }).trimEnd();
    const all = listed.split('\n');
    const shown = all.slice(0, 20).map((line) => `  ${line}`);
    const more =
      all.length > shown.length ? [`  ... and ${all.length - shown.length} more: npm run token -- --list`] : [];
    return ['Demo identities (npm run token -- --as <name>):', ...shown, ...more, ''];
  } catch {
    return [];
  }
}

function withoutPassword(url) {
  const { username, host, pathname } = new URL(url);
  return `postgres://${username}@${host}${pathname}`;
}
