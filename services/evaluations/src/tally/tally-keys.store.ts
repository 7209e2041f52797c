import { execute, row, type Queryable } from '@zhijia/database';
import type { BallotKey } from '@zhijia/ballot';

export interface StoredKey {
  readonly thumbprint: string;
  /** Null once the key is destroyed. */
  readonly wrappedKey: string | null;
}

/** Keys of campaigns as the database holds them: public, and private only wrapped. Used by the tally process. */
export class TallyKeysStore {
  async lockState(tx: Queryable, campaignId: string): Promise<string | null> {
    const found = await row<{ state: string }>(tx, `SELECT state FROM campaign WHERE id = $1 FOR UPDATE`, [campaignId]);
    return found?.state ?? null;
  }

  async find(db: Queryable, campaignId: string): Promise<StoredKey | null> {
    return row(db, `SELECT thumbprint, wrapped_key AS "wrappedKey" FROM campaign_key WHERE campaign_id = $1`, [
      campaignId,
    ]);
  }

  async insert(tx: Queryable, campaignId: string, key: BallotKey, wrappedKey: string): Promise<void> {
    await execute(
      tx,
      `INSERT INTO campaign_key (campaign_id, public_key, thumbprint, wrapped_key) VALUES ($1, $2, $3, $4)`,
      [campaignId, JSON.stringify(key.publicKey), key.thumbprint, wrappedKey],
    );
  }

  async forget(db: Queryable, campaignId: string): Promise<void> {
    await execute(
      db,
      `UPDATE campaign_key SET wrapped_key = NULL, destroyed_at = zhijia_now()
        WHERE campaign_id = $1 AND destroyed_at IS NULL`,
      [campaignId],
    );
  }
}
