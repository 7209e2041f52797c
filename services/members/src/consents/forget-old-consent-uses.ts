import { Inject, Injectable } from '@nestjs/common';
import { inTransaction } from '@zhijia/database';
import { PolicyStore, retentionConsentUses } from '@zhijia/policy';
import { SUBGRAPH_CONFIG, type Job, type SubgraphConfig } from '@zhijia/subgraph';
import { DataSource } from 'typeorm';
import { OldConsentUsesStore } from './old-consent-uses.store.js';

const consentsTogether = 200;
const usesTogether = 5_000;

/**
 * Removes the lines of what partners read once they were kept long enough after the consent's end (policy
 * `retention.consentUses`); the consent itself stays. A line goes only after its consent was marked, so that the ledger
 * can refuse every other removal; a portion is one transaction, and whoever is killed leaves whole portions.
 */
@Injectable()
export class ForgetOldConsentUses implements Job {
  readonly name = 'forget-old-consent-uses';
  readonly everyMs = 600_000;

  constructor(
    private readonly db: DataSource,
    private readonly uses: OldConsentUsesStore,
    private readonly policies: PolicyStore,
    @Inject(SUBGRAPH_CONFIG) private readonly config: Pick<SubgraphConfig, 'policyRegion'>,
  ) {}

  async run(): Promise<void> {
    while ((await this.markSome()) === consentsTogether);
    while ((await this.removeSome()) > 0);
  }

  private markSome(): Promise<number> {
    return inTransaction(this.db, async (tx) => {
      const { value } = await this.policies.inForce(tx, this.config.policyRegion, retentionConsentUses);
      return this.uses.markDue(tx, value.calendarMonths, consentsTogether);
    });
  }

  /** Answers of how many consents uses were due: none when the work is done. */
  private removeSome(): Promise<number> {
    return inTransaction(this.db, async (tx) => {
      const due = await this.uses.lockDue(tx, consentsTogether);
      await this.uses.remove(tx, due, usesTogether);
      await this.uses.markRemoved(tx, due);
      return due.length;
    });
  }
}
