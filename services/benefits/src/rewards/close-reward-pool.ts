import { Injectable } from '@nestjs/common';
import { LedgerStore } from '@zhijia/ledger';
import type { EntityManager } from 'typeorm';
import { issuanceAccount } from '../rules/points-accounts.js';
import { RewardPoolsStore } from './reward-pools.store.js';

/**
 * Ends a campaign's pool: what nobody earned goes back where it came from. What was earned by taking part stays, and a
 * ballot that was cast before the end and arrives after it is still paid: the pool draws back what it returned.
 */
@Injectable()
export class CloseRewardPool {
  constructor(
    private readonly pools: RewardPoolsStore,
    private readonly ledger: LedgerStore,
  ) {}

  /** Runs in the transaction of its reaction. Safe to run twice, and for a campaign without a pool. */
  async run(tx: EntityManager, campaignIds: readonly string[]): Promise<void> {
    for (const pool of await this.pools.lock(tx, campaignIds)) {
      if (pool.isClosed) continue;
      const [issuance] = await this.ledger.openAccounts(tx, [issuanceAccount]);
      if (issuance === undefined) throw new Error('The issuance account was not opened');
      const locked = await this.ledger.lockAccounts(tx, [issuance.id, pool.accountId]);
      const restPoints = locked.find((account) => account.id === pool.accountId)?.balanceUnits ?? 0;
      if (restPoints > 0) {
        const outcome = await this.ledger.postTransfer(tx, {
          book: issuanceAccount.book,
          fromAccountId: pool.accountId,
          toAccountId: issuance.id,
          units: restPoints,
          kind: 'POOL_RETURN',
          reason: '评议结束，退回积分池余额',
          reference: `reward-pool-return:${pool.campaignId}`,
        });
        if (outcome.kind !== 'posted') throw new Error(`The rest of a pool cannot be returned: ${outcome.kind}`);
      }
      await this.pools.markClosed(tx, pool.campaignId, restPoints);
    }
  }
}
