#!/usr/bin/env node
/**
 * `npm run vote -- --as <identity> --campaign <id> [--grades 1,2,6,...]`: takes part as a member's own client does. It
 * reads the ballot paper, checks the signed manifest, seals the answers here, casts, and keeps receipt and codes in a
 * file. `--grades` holds one answer for each target in the order of the ballot, or one for all: 1 (the best) to 5, 6 don't
 * know, 0 none. Once more replaces the ballot.
 *
 * `npm run vote -- --as <identity> --campaign <id> --check [--board <file>]`: finds the kept receipts and codes on the
 * published board. Without `--campaign`: which campaigns the member may vote in, one a line.
 *
 * Results on standard output as JSON; exit code 0 done, 1 refused or not found.
 */
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { Obstacle } from '../deploy/local/src/obstacle.mjs';
import { defaultDataDir } from '../deploy/local/src/paths.mjs';
import { readState } from '../deploy/local/src/stack-state.mjs';
import { build } from './build.mjs';
import { openGateway, Refused } from './demonstration/gateway-client.mjs';
import { keepBallot, readVote, voteFile } from './demonstration/kept-votes.mjs';
import { openTokens } from './demonstration/tokens.mjs';

const usage =
  'npm run vote -- --as <identity> --campaign <id> [--grades 1,2,...], the same with --check, or npm run vote -- --as <identity>';

const campaignsQuery = `query AwaitingCampaigns {
  me { awaitingCampaigns { id titleZh titleEn closesAt } }
}`;

async function main(options) {
  const dataDir = defaultDataDir();
  const stack = readState(dataDir);
  if (stack === null) throw new Obstacle(`No stack runs on ${dataDir}: start one with "npm start".`);
  const identity = identityOf(dataDir, options.as);
  await build();
  const gateway = openGateway({ gateway: stack.gateway, tokenOf: await openTokens(dataDir) });
  if (options.campaign === undefined) return listCampaigns(gateway, identity);
  const file = voteFile(dataDir, options.as, options.campaign);
  if (options.check) return checkBoard(stack.gateway.mobile, options, file);
  return vote(gateway, identity, options, file);
}

function readOptions(args) {
  let values;
  try {
    ({ values } = parseArgs({
      args,
      options: {
        as: { type: 'string' },
        campaign: { type: 'string' },
        grades: { type: 'string' },
        check: { type: 'boolean', default: false },
        board: { type: 'string' },
      },
    }));
  } catch (error) {
    throw new Obstacle(`${error.message}\nUse it as ${usage}.`);
  }
  if (values.as === undefined) throw new Obstacle(`Use it as ${usage}.`);
  return values;
}

function identityOf(dataDir, name) {
  const file = join(dataDir, 'identities.json');
  const identities = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
  const identity = identities.find((one) => one.name === name);
  if (identity === undefined)
    throw new Obstacle(`Nobody here is called ${name}: npm run token -- --list tells who is.`);
  if (identity.memberId === null) throw new Obstacle(`${name} is no member: only members vote.`);
  return identity;
}

async function listCampaigns({ ask }, identity) {
  const { me } = await ask(identity, campaignsQuery);
  for (const { id, titleZh, titleEn, closesAt } of me.awaitingCampaigns) {
    process.stdout.write(`${id}  until ${closesAt}  ${titleZh} / ${titleEn}\n`);
  }
  if (me.awaitingCampaigns.length === 0) tell('No campaign awaits this member.');
  return 0;
}

async function vote(gateway, identity, { as, campaign: campaignId, grades }, file) {
  const { verifyReceipt } = await import('@zhijia/ballot');
  const { openBallotClient } = await import('./demonstration/ballot-client.mjs');
  const ballots = openBallotClient(gateway);
  const { campaign, paper, serviceKeys } = await ballots.readPaper(identity, campaignId);
  if (campaign === null) throw new Obstacle('There is no such campaign for this member.');
  if (paper === null || !campaign.canTakePart.isPossible) {
    throw new Obstacle(`${campaign.canTakePart.messageEn} ${campaign.canTakePart.messageZh}`);
  }
  const targets = new Map(campaign.targets.map((target) => [target.id, target]));
  const answers = answersOf(grades, paper.manifest.targetIds.length);
  tell(`${campaign.titleZh} / ${campaign.titleEn}`);
  tell(`Sealing for the manifest ${paper.fingerprint}: compare it with the notice.`);

  const about = { campaignId, titleZh: campaign.titleZh, titleEn: campaign.titleEn, identity: as };
  const named = ({ ratings, ...ballot }) => ({
    ...ballot,
    ratings: ratings.map((rating) => ({ ...rating, nameZh: targets.get(rating.targetId).nameZh })),
  });
  const ballot = await ballots.cast(identity, {
    campaignId,
    paper,
    answers,
    idempotencyKey: randomUUID(),
    keep: (kept) => keepBallot(file, about, named(kept)),
  });
  const receipt = await verifyReceipt(ballot.receipt, serviceKeys);
  if (receipt.campaignId !== campaignId || receipt.envelopeHash !== ballot.envelopeHash) {
    throw new Obstacle('The receipt is of another ballot: do not trust it.');
  }
  keepBallot(file, about, named(ballot));
  process.stdout.write(`${JSON.stringify({ campaignId, ...named(ballot), file }, null, 2)}\n`);
  if (ballot.replacedHash !== null) tell('It replaces the ballot cast before.');
  tell(`Receipt and codes are in ${file}. Who reads it knows the vote.`);
  return 0;
}

function answersOf(grades, count) {
  if (grades === undefined) tell('No --grades: every target gets a 2.');
  const answers = (grades ?? '2').split(',').map((text) => (/^[0-6]$/.test(text.trim()) ? Number(text) : NaN));
  if (answers.some(Number.isNaN)) throw new Obstacle("--grades holds 1 to 5, 6 (don't know) or 0 (none), by commas.");
  if (answers.length === 1) return new Array(count).fill(answers[0]);
  if (answers.length !== count)
    throw new Obstacle(`--grades holds one answer, or one for each of the ${count} targets.`);
  return answers;
}

async function checkBoard(gatewayUrl, { campaign: campaignId, board }, file) {
  const { findOnBoard, splitLines } = await import('@zhijia/ballot');
  const kept = readVote(file);
  if (kept === null) throw new Obstacle(`${file} is not there: nothing was voted from here.`);
  const accepted = kept.ballots.filter(({ receipt }) => receipt !== undefined);
  const last = (accepted.length > 0 ? accepted : kept.ballots).at(-1);
  const findings = await findOnBoard(splitLines(await openBoard(gatewayUrl, campaignId, board)), {
    envelopeHashes: (accepted.length > 0 ? accepted : [last]).map(({ envelopeHash }) => envelopeHash),
    // Without codes nothing can be found but the hashes.
    ratings: last.ratings.filter(({ code }) => code !== null),
  });
  process.stdout.write(`${JSON.stringify({ campaignId, ...findings }, null, 2)}\n`);
  const count = (list, isFound) => `${list.filter(isFound).length} of ${list.length}`;
  tell(`Envelopes on the board: ${count(findings.hashes, ({ isFound }) => isFound)}`);
  tell(`Grades beside their codes as cast: ${count(findings.ratings, ({ found }) => found === 'same')}`);
  return findings.ok ? 0 : 1;
}

async function openBoard(gatewayUrl, campaignId, file) {
  if (file !== undefined) return createReadStream(file);
  const response = await fetch(new URL(`/boards/${encodeURIComponent(campaignId)}.ndjson`, gatewayUrl));
  if (!response.ok)
    throw new Obstacle('No board is published of this campaign: it comes when the campaign has closed.');
  return Readable.fromWeb(response.body);
}

function tell(text) {
  process.stderr.write(`${text}\n`);
}

try {
  process.exitCode = await main(readOptions(process.argv.slice(2)));
} catch (error) {
  const isTold = error instanceof Obstacle || error instanceof Refused;
  tell(isTold ? error.message : (error.stack ?? error));
  process.exitCode = 1;
}
