import { Injectable } from '@nestjs/common';
import { campaignOpened, rewardPoolEmptied, type PayloadOf } from '@zhijia/contracts';
import { LedgerStore } from '@zhijia/ledger';
import { Outbox, ParkingLot, type Reaction, type ReceivedEvent } from '@zhijia/messaging';
import type { EntityManager } from 'typeorm';
import { issuanceAccount, poolAccountOf, poolCause } from '../rules/points-accounts.js';
import { RewardPoolsStore, type NewPool } from './reward-pools.store.js';

/** Funds what a campaign promises. Safe to run twice: a campaign has one pool, and its funding one reference. */
@Injectable()
export class OpenRewardPoolWhenCampaignOpened implements Reaction<typeof campaignOpened> {
  readonly name = 'open-reward-pool-when-campaign-opened';
  readonly contract = campaignOpened;

  constructor(
    private readonly pools: RewardPoolsStore,
    private readonly ledger: LedgerStore,
    private readonly outbox: Outbox,
    private readonly parkingLot: ParkingLot,
  ) {}

  async handle(tx: EntityManager, events: readonly ReceivedEvent<PayloadOf<typeof campaignOpened>>[]): Promise<void> {
    const promising = events.flatMap(({ payload: { campaignId, reward } }) =>
      reward === null ? [] : [{ campaignId, ...reward }],
    );
    if (promising.length === 0) return;
    const [issuance, ...accounts] = await this.ledger.openAccounts(tx, [
      issuanceAccount,
      ...promising.map(({ campaignId }) => poolAccountOf(campaignId)),
    ]);
    if (issuance === undefined) throw new Error('The issuance account was not opened');
    const pools = promising.flatMap((pool, index): NewPool[] => {
      const accountId = accounts[index]?.id;
      return accountId === undefined ? [] : [{ ...pool, accountId }];
    });
    await this.pools.insert(tx, pools);
    const outcomes = await this.ledger.postMany(
      tx,
      pools.map((pool) => ({
        book: issuanceAccount.book,
        fromAccountId: issuance.id,
        toAccountId: pool.accountId,
        units: pool.poolPoints,
        kind: 'POOL_FUNDING',
        reason: '评议积分池',
        reference: `reward-pool:${pool.campaignId}`,
      })),
    );
    const refused = outcomes.find((outcome) => outcome.kind !== 'posted');
    if (refused !== undefined) throw new Error(`A reward pool cannot be funded: ${refused.kind}`);
    await this.tellTooSmall(tx, pools);
    await this.parkingLot.wake(
      tx,
      pools.map((pool) => poolCause(pool.campaignId)),
    );
  }

  /** A pool that cannot pay even one member is empty from the start. */
  private async tellTooSmall(tx: EntityManager, pools: readonly NewPool[]): Promise<void> {
    const tooSmall = pools.filter((pool) => pool.poolPoints < pool.pointsPerMember);
    const marked = await this.pools.markEmptied(
      tx,
      tooSmall.map((pool) => pool.campaignId),
    );
    await this.outbox.addAll(
      tx,
      rewardPoolEmptied,
      marked.map((payload) => ({ aggregateId: payload.campaignId, payload })),
    );
  }
}
