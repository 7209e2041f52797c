import type { DataSource } from 'typeorm';
import { inTransaction } from '@zhijia/database';
import type { KeyHolder } from './key-holder.js';
import { TallyKeysStore } from './tally-keys.store.js';

const statesThatNeedTheKey: ReadonlySet<string> = new Set(['PREPARING', 'OPEN', 'CLOSING']);

/** Destroys a campaign's key for good, once nothing will be opened with it any more. Safe to repeat. */
export class DestroyKey {
  private readonly keys = new TallyKeysStore();

  constructor(
    private readonly db: DataSource,
    private readonly holder: KeyHolder,
  ) {}

  async run(campaignId: string): Promise<{ kind: 'destroyed' } | { kind: 'stillNeeded' }> {
    return inTransaction(this.db, async (tx) => {
      const state = await this.keys.lockState(tx, campaignId);
      if (state === null || statesThatNeedTheKey.has(state)) return { kind: 'stillNeeded' };
      // The file first: while it stands, the row must say that the key is not destroyed yet.
      await this.holder.destroy(campaignId);
      await this.keys.forget(tx, campaignId);
      return { kind: 'destroyed' };
    });
  }
}
