import { Injectable } from '@nestjs/common';
import { fingerprint, makeManifest, manifestHash, signManifest } from '@zhijia/ballot';
import { campaignOpened } from '@zhijia/contracts';
import { inTransaction } from '@zhijia/database';
import { Outbox } from '@zhijia/messaging';
import { DataSource } from 'typeorm';
import { ElectoratesStore } from '../electorates/electorates.store.js';
import { PreparationsStore, type PreparedCampaign } from './preparations.store.js';
import { ServiceKey } from './service-key.js';

/** Fixes what everybody votes under, and tells that the campaign is open. Once: the state is the guard. */
@Injectable()
export class SignManifestOfCampaign {
  constructor(
    private readonly db: DataSource,
    private readonly preparations: PreparationsStore,
    private readonly electorates: ElectoratesStore,
    private readonly serviceKey: ServiceKey,
    private readonly outbox: Outbox,
  ) {}

  run(campaignId: string): Promise<void> {
    return inTransaction(this.db, async (tx) => {
      const campaign = await this.preparations.lockPrepared(tx, campaignId);
      if (campaign === null) return;
      const organisations = await this.electorates.listTree(tx, campaignId);
      const manifest = makeManifest({ ...termsOf(campaign), organisations });
      const hash = await manifestHash(manifest);
      await this.preparations.markOpen(tx, campaignId, {
        jws: await signManifest(manifest, this.serviceKey.privateKey),
        hash,
        fingerprint: fingerprint(hash),
        thumbprint: campaign.thumbprint,
        serviceKeys: this.serviceKey.publicKeys,
      });
      const { pointsPerMember, poolPoints } = campaign;
      await this.outbox.add(tx, campaignOpened, campaignId, {
        campaignId,
        organiserId: campaign.organiserId,
        opensAt: campaign.opensAt,
        closesAt: campaign.closesAt,
        reward: pointsPerMember === null || poolPoints === null ? null : { pointsPerMember, poolPoints },
      });
    });
  }
}

function termsOf(campaign: PreparedCampaign): Omit<Parameters<typeof makeManifest>[0], 'organisations'> {
  const grades = Array.from({ length: campaign.gradeCount }, (_, index) => index + 1);
  return {
    campaignId: campaign.id,
    targetIds: campaign.targetIds,
    questionSetHash: campaign.questionSetHash,
    scale: {
      grades: campaign.gradeCount,
      passGrades: grades.filter((grade) => grade < campaign.badFromGrade),
      badGrades: grades.filter((grade) => grade >= campaign.badFromGrade),
    },
    window: { opensAt: campaign.opensAt, closesAt: campaign.closesAt },
    key: { thumbprint: campaign.thumbprint, publicKey: campaign.publicKey },
    minimumCell: campaign.minimumCell,
    strata: campaign.strata,
    codes: campaign.hasCodes,
    passLineBasisPoints: campaign.passLineBasisPoints,
    minTurnoutBasisPoints: campaign.minTurnoutBasisPoints,
  };
}
