import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Obstacle } from '../../deploy/local/src/obstacle.mjs';
import { defaultDataDir } from '../../deploy/local/src/paths.mjs';
import { readState } from '../../deploy/local/src/stack-state.mjs';
import { openBallotClient } from './ballot-client.mjs';
import { openClock } from './clock.mjs';
import { openGateway } from './gateway-client.mjs';
import { officeIdentity } from './identities.mjs';
import { openProgress } from './progress-file.mjs';
import { openOffices, stages } from './stages.mjs';
import { openTokens } from './tokens.mjs';
import { castCounty } from './who-is-who.mjs';

const rootQuery = `query Top { organisations(first: 1) { edges { node { id } } } }`;

/** Nobody has an office yet when the top of the tree is looked for. */
const anybody = officeIdentity('loader', 'administrator', '00000000-0000-0000-0000-000000000000');

/**
 * Loads a county into a running stack, stage by stage; a load that was broken off goes on where it was. The product's
 * time is set back meanwhile and is the machine's again at the end.
 *
 * @param {{ dataDir: string, gateway: Record<string, string>, databases: Record<string, string>,
 *   membersEnvironment: Record<string, string> }} [stack] the one on the usual data directory when absent
 */
export async function loadCounty(county, stack = runningStack()) {
  const { dataDir } = stack;
  const startedAt = performance.now();
  const directory = join(dataDir, 'demonstration');
  const gateway = openGateway({ gateway: stack.gateway, tokenOf: await openTokens(dataDir) });
  const progress = openProgress(join(directory, 'progress.json'), { seed: county.seed, members: county.memberCount });
  const clock = await openClock(stack.databases);
  const load = {
    ...gateway,
    seed: county.seed,
    county,
    cast: castCounty(county),
    dataDir,
    directory,
    databases: stack.databases,
    membersEnvironment: stack.membersEnvironment,
    clock,
    progress,
    ballots: openBallotClient(gateway),
    say: (text) => process.stderr.write(`[${seconds(startedAt)} s]   ${text}\n`),
    writeIdentities: (identities) => replaceFile(join(dataDir, 'identities.json'), identities),
    findRootId: async () => (await gateway.ask(anybody, rootQuery)).organisations.edges[0]?.node.id ?? null,
  };
  try {
    const rootId = await load.findRootId();
    if (progress.hasBegun() && progress.facts().rootId !== rootId) progress.startAnew();
    if (!progress.hasBegun()) forgetEarlierCounty(dataDir, directory);
    if (progress.isDone(stages[0].name)) await openOffices(load);
    for (const stage of stages) {
      if (progress.isDone(stage.name)) continue;
      await clock.goTo(stage.daysAgo);
      const beganAt = performance.now();
      await stage.run(load);
      progress.finish(stage.name);
      process.stderr.write(
        `[${seconds(startedAt)} s] ${stage.name}, ${stage.daysAgo} days ago (${seconds(beganAt)} s)\n`,
      );
    }
  } finally {
    await clock.close();
  }
}

/** What a loader needs of the stack that runs on the usual data directory. */
function runningStack(dataDir = defaultDataDir()) {
  const state = readState(dataDir);
  if (state === null) throw new Obstacle(`No stack runs on ${dataDir}: start one with "npm start".`);
  const { gateway, databases, environments } = state;
  return { dataDir, gateway, databases, membersEnvironment: environments.members };
}

/** What another county left beside its databases. */
function forgetEarlierCounty(dataDir, directory) {
  rmSync(join(dataDir, 'identities.json'), { force: true });
  rmSync(join(directory, 'votes'), { recursive: true, force: true });
}

function seconds(since) {
  return ((performance.now() - since) / 1_000).toFixed(1);
}

function replaceFile(file, value) {
  writeFileSync(`${file}.tmp`, `${JSON.stringify(value, null, 2)}\n`);
  renameSync(`${file}.tmp`, file);
}
