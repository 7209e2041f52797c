import { Injectable } from '@nestjs/common';
import { inTransaction } from '@zhijia/database';
import { DataSource, type EntityManager } from 'typeorm';
import { ElectoratesStore } from './electorates.store.js';

/** An electorate that cannot be frozen yet: what is missing may still arrive, and an officer may annul the campaign. */
export class ElectorateNotReady extends Error {
  constructor(reason: 'organisationsMissing' | 'tooSmall') {
    super(
      reason === 'tooSmall'
        ? 'Fewer members may take part than the smallest cell that is published'
        : 'An organisation between the root and the members of the electorate has not arrived here',
    );
    this.name = 'ElectorateNotReady';
  }
}

/**
 * Gives every eligible member of a campaign in preparation a slot, once. Outside the request that opens it: half a
 * million slots take seconds. Who is eligible is asked at this moment; the manifest then says who it is for good.
 */
@Injectable()
export class FreezeElectorate {
  constructor(
    private readonly db: DataSource,
    private readonly electorates: ElectoratesStore,
  ) {}

  /** @throws ElectorateNotReady */
  async run(campaignId: string): Promise<void> {
    try {
      await inTransaction(this.db, (tx) => this.freeze(tx, campaignId));
    } catch (error) {
      if (!(error instanceof AnnulledMeanwhile)) throw error;
    }
  }

  private async freeze(tx: EntityManager, campaignId: string): Promise<void> {
    const wanted = await this.electorates.lockWanted(tx, campaignId);
    if (wanted === null) return;
    const { eligibility, strata, minimumCell } = wanted;
    const size = await this.electorates.freeze(tx, campaignId, eligibility, strata);
    const isWhole = await this.electorates.recordTree(tx, campaignId, eligibility.rootOrganisationId);
    if (!isWhole) throw new ElectorateNotReady('organisationsMissing');
    if (size < minimumCell) throw new ElectorateNotReady('tooSmall');
    if (!(await this.electorates.recordSize(tx, campaignId, size))) throw new AnnulledMeanwhile();
  }
}

/** Rolls the slots back; nothing is wrong. */
class AnnulledMeanwhile extends Error {}
