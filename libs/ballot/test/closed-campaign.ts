import type { JSONWebKeySet } from 'jose';
import {
  BallotGatherer,
  Tally,
  importBallotKey,
  makeClosingDigest,
  openEnvelope,
  sealBallot,
  signClosingDigest,
  signManifest,
  writeBoard,
} from '../src/index.js';
import type { ClosingDigest, Manifest, TallyOutcome } from '../src/index.js';
import { aCampaign, aServiceKey, aSlot, all } from './builders.js';
import type { Campaign } from './builders.js';

export interface Vote {
  readonly organisationId: string;
  readonly stratum: string;
  readonly grades: readonly number[];
  readonly slot: string;
  readonly envelope: string;
  readonly envelopeHash: string;
  readonly codes: readonly string[];
  readonly isReplaced: boolean;
}

export interface ClosedCampaign extends Campaign {
  readonly keys: JSONWebKeySet;
  readonly manifestJws: string;
  readonly closingJws: string;
  readonly closing: ClosingDigest;
  readonly votes: readonly Vote[];
  readonly outcome: TallyOutcome;
  /** Lines of the board, each with its line feed. */
  readonly board: readonly string[];
}

/**
 * A whole campaign: thirty-two voters in four organisations (1.3 has three of them only), one of whom replaces the
 * ballot, and one whose ballot is spoiled.
 */
export async function aClosedCampaign(content: Partial<Manifest> = {}): Promise<ClosedCampaign> {
  const campaign = await aCampaign(content);
  const { privateKey, keys } = await aServiceKey();
  const { targetIds, scale } = campaign.manifest;
  const voters = [
    ...new Array<string>(9).fill('organisation-1'),
    ...new Array<string>(12).fill('organisation-1.1'),
    ...new Array<string>(8).fill('organisation-1.2'),
    ...new Array<string>(3).fill('organisation-1.3'),
  ];
  const votes: Vote[] = [];
  for (const [index, organisationId] of voters.entries()) {
    const slot = aSlot();
    const stratum = index % 4 === 0 ? 'MODEL_WORKER' : index % 4 === 1 ? 'MIGRANT_WORKER' : 'OTHER';
    const answers = targetIds.map((_, target) => [1, 2, scale.grades, 6, 0, 1, 3][(index * 3 + target * 2) % 7]!);
    for (const isReplaced of index === 0 ? [true, false] : [false]) {
      const grades = isReplaced ? targetIds.map(() => scale.grades) : answers;
      const sealed = await sealBallot({ ...campaign, slot, grades });
      votes.push({ organisationId, stratum, grades, slot, ...sealed, isReplaced });
    }
  }
  // Sealed for another key of the same length: nothing the service could see.
  const last = votes.pop()!;
  const [header, ...rest] = last.envelope.split('.');
  const other = await sealBallot({ ...campaign, slot: last.slot, grades: last.grades });
  const spoiled = [other.envelope.split('.')[0]!, ...rest].join('.');
  expect(header).not.toBe(other.envelope.split('.')[0]);
  votes.push({ ...last, envelope: spoiled });

  const hashes = votes.map(({ envelopeHash }) => envelopeHash).sort();
  const closing = await makeClosingDigest({
    campaignId: 'campaign-1',
    manifestHash: campaign.manifestHash,
    hashes,
    replaced: 1,
  });
  const outcome = await tallyOf(campaign, closing, votes);
  const manifestJws = await signManifest(campaign.manifest, privateKey);
  const closingJws = await signClosingDigest(closing, privateKey);
  const board = await all(writeBoard({ manifestJws, closingJws, serviceKeys: keys, hashes, outcome }));
  return { ...campaign, keys, manifestJws, closingJws, closing, votes, outcome, board };
}

/** Opens and counts what was not replaced, in the order given. */
export async function tallyOf(
  campaign: Campaign,
  closing: ClosingDigest,
  votes: readonly Vote[],
): Promise<TallyOutcome> {
  const key = await importBallotKey(campaign.key.privateKey, campaign.key.thumbprint);
  const gatherer = new BallotGatherer(campaign.manifest, votes.length);
  for (const vote of votes.filter(({ isReplaced }) => !isReplaced)) {
    const opened = await openEnvelope(vote, key, campaign);
    if (opened.kind === 'spoiled') gatherer.addSpoiled();
    else gatherer.add({ ...opened, organisationId: vote.organisationId, stratum: vote.stratum });
  }
  const tally = new Tally(campaign.manifest);
  tally.add(gatherer.take());
  const outcome = tally.finish(closing);
  if (outcome.kind !== 'tallied') throw new Error(outcome.kind);
  return outcome;
}
