import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Where a voter of this machine keeps receipts and codes. Who reads it knows the vote. */
export function voteFile(dataDir, name, campaignId) {
  return join(dataDir, 'demonstration', 'votes', `${name}-${campaignId}.json`);
}

/** Every ballot of one voter in one campaign, the last counts: null when there is none. */
export function readVote(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

/** Adds a ballot, or what came of it, to the voter's file. */
export function keepBallot(file, about, ballot) {
  const vote = readVote(file) ?? { ...about, ballots: [] };
  const ballots = vote.ballots.filter(({ envelopeHash }) => envelopeHash !== ballot.envelopeHash);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.tmp`, `${JSON.stringify({ ...vote, ballots: [...ballots, ballot] }, null, 2)}\n`, {
    mode: 0o600,
  });
  renameSync(`${file}.tmp`, file);
}
