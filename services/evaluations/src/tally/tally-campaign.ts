import {
  closingDigestHash,
  manifestHash,
  sharesOf,
  Tally,
  targetsBelowLine,
  unwrapPrivateKey,
  verifyClosingDigest,
  verifyManifest,
  writeBoard,
  type BallotColumns,
  type ClosingDigest,
  type Manifest,
  type TallyOutcome,
} from '@zhijia/ballot';
import { evaluationFinished, type PayloadOf } from '@zhijia/contracts';
import { readNow } from '@zhijia/database';
import type { Outbox } from '@zhijia/messaging';
import type { DataSource, EntityManager } from 'typeorm';
import { BallotsChangedAfterClosing } from './ballots-changed.js';
import type { KeyHolder } from './key-holder.js';
import { openShare, type OpeningShare } from './open-share.js';
import type { OpeningThreads } from './opening-threads.js';
import { PublicationsStore } from './publications.store.js';
import { SealedBallotsStore, type ClosedCampaign } from './sealed-ballots.store.js';
import { everySlot } from './slot-ranges.js';
import { TallyKeysStore } from './tally-keys.store.js';

export type TallyCampaignOutcome = 'PUBLISHED' | 'NOT_VALID' | 'WITHOUT_RESULT' | 'notClosing';

interface Sealed {
  readonly campaignId: string;
  readonly campaign: ClosedCampaign;
  readonly manifest: Manifest;
  readonly manifestJws: string;
  readonly closing: ClosingDigest;
  readonly closingJws: string;
}

/**
 * Opens what was sealed and publishes what it says, in one transaction: killed halfway it leaves nothing, and run again
 * it writes the same bytes. The key is released against the closing digest alone.
 */
export class TallyCampaign {
  private readonly sealedBallots: SealedBallotsStore;
  private readonly keys = new TallyKeysStore();

  constructor(
    private readonly db: DataSource,
    private readonly holder: KeyHolder,
    private readonly outbox: Outbox,
    /** Without them the ballots are opened here. */
    private readonly threads: OpeningThreads | null = null,
  ) {
    this.sealedBallots = new SealedBallotsStore(db);
  }

  /**
   * @throws BallotsChangedAfterClosing
   * @throws KeyReleasedToOtherDigest
   */
  async run(campaignId: string): Promise<TallyCampaignOutcome> {
    const sealed = await this.readSealed(campaignId);
    if (sealed === null) return 'notClosing';
    const { closing, manifest } = sealed;
    if (closing.accepted - closing.replaced < manifest.minimumCell) return this.finishWithoutResult(sealed);
    const tally = await this.count(sealed);
    const end = tally.finish(closing);
    return end.kind === 'tooFewBallots' ? this.finishWithoutResult(sealed) : this.publish(sealed, end);
  }

  private async readSealed(campaignId: string): Promise<Sealed | null> {
    const campaign = await this.sealedBallots.findCampaign(campaignId);
    if (campaign === null || campaign.state !== 'CLOSING' || campaign.closingJws === null) return null;
    const { manifestJws, closingJws } = campaign;
    const manifest = await verifyManifest(manifestJws, campaign.serviceKeys);
    const closing = await verifyClosingDigest(closingJws, campaign.serviceKeys);
    const lying = await this.sealedBallots.digest(campaignId);
    if (
      manifest.campaignId !== campaignId ||
      closing.campaignId !== campaignId ||
      closing.manifestHash !== (await manifestHash(manifest)) ||
      closing.hashesDigest !== lying.hashesDigest ||
      closing.accepted !== lying.accepted ||
      closing.accepted - closing.replaced !== lying.current
    ) {
      throw new BallotsChangedAfterClosing();
    }
    return { campaignId, campaign, manifest, manifestJws, closing, closingJws };
  }

  private async count({ campaignId, manifest, closing }: Sealed): Promise<Tally> {
    const key = await this.keys.find(this.db, campaignId);
    if (key === null || key.wrappedKey === null) throw new Error('The campaign has no wrapped key');
    const wrappingKey = await this.holder.release(campaignId, await closingDigestHash(closing));
    const privateKey = await unwrapPrivateKey(key.wrappedKey, wrappingKey, manifest.key.thumbprint);
    const tally = new Tally(manifest);
    const work = { campaignId, manifest, manifestHash: closing.manifestHash, privateKey };
    await this.open(work, closing.accepted - closing.replaced, (columns) => tally.add(columns));
    return tally;
  }

  private open(
    work: Omit<OpeningShare, 'range'>,
    ballotCount: number,
    hand: (columns: BallotColumns) => void,
  ): Promise<void> {
    if (this.threads === null) return openShare(this.db, { ...work, range: everySlot }, hand);
    return this.threads.open(work, ballotCount, hand);
  }

  private publish(sealed: Sealed, outcome: TallyOutcome): Promise<TallyCampaignOutcome> {
    const { campaignId, campaign, manifest, manifestJws, closing, closingJws } = sealed;
    return this.db.transaction(async (tx) => {
      if (!(await this.isStillClosing(tx, campaignId))) return 'notClosing';
      const state = outcome.results.turnout.isValid ? 'PUBLISHED' : 'NOT_VALID';
      const publications = new PublicationsStore(tx);
      await publications.insertResult(campaignId, outcome, closing.replaced);
      await publications.insertGroups(campaignId, outcome);
      await publications.insertTargetResults(campaignId, manifest, outcome);
      const board = await publications.insertBoard(
        campaignId,
        writeBoard({
          manifestJws,
          closingJws,
          serviceKeys: campaign.serviceKeys,
          // On a connection of their own: this one is busy storing the board.
          hashes: this.sealedBallots.hashes(campaignId),
          outcome,
        }),
      );
      await publications.markFinished(campaignId, state);
      await this.tell(tx, sealed, { outcome: state, boardHash: board.hash, below: belowLine(sealed, outcome) });
      return state;
    });
  }

  private finishWithoutResult(sealed: Sealed): Promise<TallyCampaignOutcome> {
    return this.db.transaction(async (tx) => {
      if (!(await this.isStillClosing(tx, sealed.campaignId))) return 'notClosing';
      await new PublicationsStore(tx).markFinished(sealed.campaignId, 'WITHOUT_RESULT');
      await this.tell(tx, sealed, { outcome: 'WITHOUT_RESULT', boardHash: null, below: [] });
      return 'WITHOUT_RESULT';
    });
  }

  /** Locked: who annuls meanwhile waits, and who annulled before is obeyed. */
  private async isStillClosing(tx: EntityManager, campaignId: string): Promise<boolean> {
    return (await this.keys.lockState(tx, campaignId)) === 'CLOSING';
  }

  private async tell(
    tx: EntityManager,
    { campaignId, campaign }: Sealed,
    end: Pick<PayloadOf<typeof evaluationFinished>, 'outcome' | 'boardHash' | 'below'>,
  ): Promise<void> {
    await this.outbox.add(tx, evaluationFinished, campaignId, {
      campaignId,
      organiserId: campaign.organiserId,
      finishedAt: await readNow(tx),
      policyVersions: campaign.policyVersions,
      ...end,
    });
  }
}

function belowLine(
  { campaign, manifest }: Sealed,
  outcome: TallyOutcome,
): PayloadOf<typeof evaluationFinished>['below'] {
  const below = new Set(targetsBelowLine(outcome.results));
  return outcome.results.targets
    .filter(({ targetId }) => below.has(targetId))
    .map(({ targetId, counts }) => ({
      targetId,
      organisationId: campaign.organisationOfTarget[targetId] ?? '',
      passShareBasisPoints: sharesOf(counts, manifest.scale).passBasisPoints ?? 0,
      passLineBasisPoints: manifest.passLineBasisPoints,
    }));
}
