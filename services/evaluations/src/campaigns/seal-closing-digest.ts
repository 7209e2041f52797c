import { Injectable } from '@nestjs/common';
import { signClosingDigest } from '@zhijia/ballot';
import { inTransaction } from '@zhijia/database';
import type { JSONWebKeySet } from 'jose';
import { DataSource } from 'typeorm';
import { ClosingsStore } from './closings.store.js';
import { ServiceKey } from './service-key.js';

/** Signs and publishes what was accepted, once, before anything is opened: from then on no ballot comes or goes. */
@Injectable()
export class SealClosingDigest {
  constructor(
    private readonly db: DataSource,
    private readonly closings: ClosingsStore,
    private readonly serviceKey: ServiceKey,
  ) {}

  run(campaignId: string): Promise<void> {
    return inTransaction(this.db, async (tx) => {
      const sealed = await this.closings.lockForSealing(tx, campaignId);
      if (sealed === null) return;
      const { serviceKeys, ...content } = sealed;
      const jws = await signClosingDigest(
        { version: 1, campaignId, ...content, addedSlots: [] },
        this.serviceKey.privateKey,
      );
      await this.closings.recordDigest(tx, campaignId, jws, together(serviceKeys, this.serviceKey.publicKeys));
    });
  }
}

/** The key may have been rotated between manifest and digest: readers of the board need both. */
function together(left: JSONWebKeySet, right: JSONWebKeySet): JSONWebKeySet {
  const known = new Set(left.keys.map((key) => key.kid));
  return { keys: [...left.keys, ...right.keys.filter((key) => !known.has(key.kid))] };
}
