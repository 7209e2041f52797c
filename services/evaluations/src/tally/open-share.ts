import { BallotGatherer, type BallotColumns, type OpeningContext } from '@zhijia/ballot';
import type { JWK } from 'jose';
import type { DataSource } from 'typeorm';
import { BallotsChangedAfterClosing } from './ballots-changed.js';
import { EnvelopeOpener } from './envelope-opener.js';
import { SealedBallotsStore } from './sealed-ballots.store.js';
import type { SlotRange } from './slot-ranges.js';

/** A part of a campaign's ballots, with the key that opens them: it stays in this process's memory. */
export interface OpeningShare extends OpeningContext {
  readonly campaignId: string;
  readonly privateKey: JWK;
  readonly range: SlotRange;
}

/** Ballots handed over at once. */
const handful = 8_192;

/**
 * Opens the ballots of some slots and hands their content over in handfuls, so that memory does not grow with them.
 *
 * @throws BallotsChangedAfterClosing
 */
export async function openShare(
  db: DataSource,
  { campaignId, privateKey, range, ...context }: OpeningShare,
  hand: (columns: BallotColumns) => void,
): Promise<void> {
  const opener = new EnvelopeOpener(privateKey, context);
  const gatherer = new BallotGatherer(context.manifest, handful);
  await db.transaction(async (tx) => {
    for await (const cast of new SealedBallotsStore(tx).ballots(campaignId, range)) {
      const opened = opener.open(cast);
      // A ballot exchanged in storage must not pass as one that its voter spoiled.
      if (opened.envelopeHash !== cast.envelopeHash) throw new BallotsChangedAfterClosing();
      if (opened.kind === 'spoiled') gatherer.addSpoiled();
      else {
        const { grades, codes } = opened;
        gatherer.add({ organisationId: cast.organisationId, stratum: cast.stratum, grades, codes });
      }
      if (gatherer.isFull) hand(gatherer.take());
    }
  });
  hand(gatherer.take());
}
