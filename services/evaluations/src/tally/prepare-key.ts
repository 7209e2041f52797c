import { makeBallotKey, wrapPrivateKey } from '@zhijia/ballot';
import { inTransaction } from '@zhijia/database';
import type { DataSource } from 'typeorm';
import type { KeyHolder } from './key-holder.js';
import { TallyKeysStore } from './tally-keys.store.js';

/** The key ceremony of a campaign. Safe to repeat: a key that stands is never exchanged. */
export class PrepareKey {
  private readonly keys = new TallyKeysStore();

  constructor(
    private readonly db: DataSource,
    private readonly holder: KeyHolder,
  ) {}

  async run(campaignId: string): Promise<{ kind: 'prepared' } | { kind: 'notPreparing' }> {
    const pair = await makeBallotKey();
    return inTransaction(this.db, async (tx) => {
      const state = await this.keys.lockState(tx, campaignId);
      if (state !== 'PREPARING') return { kind: 'notPreparing' };
      if ((await this.keys.find(tx, campaignId)) !== null) return { kind: 'prepared' };
      const wrappedKey = await wrapPrivateKey(pair.privateKey, await this.holder.make(campaignId));
      await this.keys.insert(tx, campaignId, pair, wrappedKey);
      return { kind: 'prepared' };
    });
  }
}
