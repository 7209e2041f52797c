import { hash, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { readEnvelope, type EnvelopeRefusal } from '@zhijia/ballot';
import { ballotCast } from '@zhijia/contracts';
import { Outbox } from '@zhijia/messaging';
import { runForCauses } from '@zhijia/tracing';
import type { EntityManager } from 'typeorm';
import { obstacleToCasting, planCast, type CastObstacle } from '../rules/plan-cast.js';
import {
  BallotsStore,
  type CastRecord,
  type Casting,
  type FirstBallot,
  type ReplacingBallot,
} from './ballots.store.js';

/** A sealed ballot that asks to be accepted. */
export interface SentBallot extends Casting {
  readonly envelope: string;
  /** Of the request that sent it; absent where nothing is traced. */
  readonly traceparent: string | undefined;
}

export interface Accepted {
  readonly kind: 'accepted';
  readonly participationId: string;
  readonly envelopeHash: string;
  readonly replacedHash: string | null;
  readonly isReplayed: boolean;
}

/** Not in the electorate: whether they may learn even of the campaign is for the caller to ask. */
export interface WithoutSlot {
  readonly kind: 'withoutSlot';
  readonly obstacle: CastObstacle;
}

export type Acceptance =
  | Accepted
  | WithoutSlot
  | { readonly kind: 'envelopeRefused'; readonly refusal: EnvelopeRefusal }
  | { readonly kind: 'repeated' }
  | { readonly kind: 'keyReused' }
  | { readonly kind: 'notFound' }
  | CastObstacle;

interface FirstDecision {
  readonly answer: Accepted;
  readonly first: FirstBallot;
  readonly rewardPoints: number;
  readonly traceparent: string | undefined;
}

/** What is answered, and what is left to write. */
type Decision =
  { readonly answer: Acceptance } | FirstDecision | { readonly answer: Accepted; readonly replacing: ReplacingBallot };

/** A ballot whose envelope passed its check. */
interface CheckedBallot {
  readonly ballot: SentBallot;
  readonly record: CastRecord;
  readonly slot: string;
  readonly organisationId: string;
  readonly envelopeHash: string;
}

/** Accepts the ballots of several members for one campaign: upsert, mark and event of all of them at once. */
@Injectable()
export class AcceptBallots {
  constructor(
    private readonly ballots: BallotsStore,
    private readonly outbox: Outbox,
  ) {}

  /** @returns answers in the order of the ballots, of which no two are one member's */
  async run(tx: EntityManager, campaignId: string, sent: readonly SentBallot[]): Promise<readonly Acceptance[]> {
    await this.ballots.lockForCasting(
      tx,
      campaignId,
      sent.map(({ memberId }) => memberId),
    );
    const records = await this.ballots.findCastRecords(tx, campaignId, sent);
    const checked = sent.map((ballot, place) => check(ballot, records[place] ?? null));
    // A hash can only be known where its slot has cast before: an envelope is bound to its slot.
    const knownHashes = await this.ballots.listKnownHashes(
      tx,
      campaignId,
      checked.flatMap((one) => ('record' in one && one.record.currentHash !== null ? [one.envelopeHash] : [])),
    );
    const decisions = checked.map((one) => ('record' in one ? decide(one, knownHashes) : one));
    await this.ballots.replace(
      tx,
      campaignId,
      decisions.flatMap((decision) => ('replacing' in decision ? [decision.replacing] : [])),
    );
    await this.keepFirst(
      tx,
      campaignId,
      decisions.flatMap((decision) => ('first' in decision ? [decision] : [])),
    );
    return decisions.map(({ answer }) => answer);
  }

  private async keepFirst(tx: EntityManager, campaignId: string, firsts: readonly FirstDecision[]): Promise<void> {
    await this.ballots.insertFirst(
      tx,
      campaignId,
      firsts.map(({ first }) => first),
    );
    const causes = new Map(
      firsts.flatMap(({ first, traceparent }) =>
        traceparent === undefined ? [] : [[first.participationId, traceparent]],
      ),
    );
    const events = firsts.map(({ first: { participationId, memberId }, rewardPoints }) => ({
      aggregateId: participationId,
      payload: { participationId, campaignId, memberId, rewardPoints },
    }));
    await runForCauses(causes, () => this.outbox.addAll(tx, ballotCast, events));
  }
}

/** Everything that can be asked before the window and earlier ballots are. */
function check(ballot: SentBallot, record: CastRecord | null): CheckedBallot | { readonly answer: Acceptance } {
  if (record === null) return { answer: { kind: 'notFound' } };
  const { slot, organisationId, manifestHash, thumbprint, targetCount } = record;
  const obstacle = obstacleToCasting(record);
  if (slot === null || organisationId === null) {
    return { answer: { kind: 'withoutSlot', obstacle: obstacle ?? { kind: 'notInElectorate' } } };
  }
  if (manifestHash === null || thumbprint === null) {
    return { answer: obstacle ?? { kind: 'notOpen', opensAt: record.opensAt } };
  }
  const read = readEnvelope(ballot.envelope, { slot, manifestHash, thumbprint, targetCount });
  if (read.kind === 'refused') return { answer: obstacle ?? { kind: 'envelopeRefused', refusal: read.refusal } };
  // WebCrypto would go through another thread for each ballot of a batch.
  return { ballot, record, slot, organisationId, envelopeHash: hash('sha256', read.sealed, 'hex') };
}

function decide(
  { ballot, record, slot, organisationId, envelopeHash }: CheckedBallot,
  knownHashes: ReadonlySet<string>,
): Decision {
  const { memberId, envelope, callerKey, traceparent } = ballot;
  const plan = planCast(record, envelopeHash, knownHashes.has(envelopeHash));
  switch (plan.kind) {
    case 'first': {
      const participationId = randomUUID();
      return {
        answer: accepted(participationId, envelopeHash, null, false),
        first: { slot, envelope, envelopeHash, callerKey, participationId, memberId, organisationId },
        rewardPoints: record.rewardPoints,
        traceparent,
      };
    }
    case 'replace':
      return {
        answer: accepted(participationOf(record), envelopeHash, plan.replacedHash, false),
        replacing: { slot, envelope, envelopeHash, callerKey, replacedHash: plan.replacedHash },
      };
    case 'replay':
      return { answer: accepted(participationOf(record), envelopeHash, plan.replacedHash, true) };
    case 'repeated':
    case 'keyReused':
    case 'annulled':
    case 'notInElectorate':
    case 'notOpen':
    case 'closed':
      return { answer: plan };
  }
}

function accepted(
  participationId: string,
  envelopeHash: string,
  replacedHash: string | null,
  isReplayed: boolean,
): Accepted {
  return { kind: 'accepted', participationId, envelopeHash, replacedHash, isReplayed };
}

function participationOf(record: CastRecord): string {
  if (record.participationId === null) throw new Error('A ballot stands without the mark that its voter took part');
  return record.participationId;
}
