import { Injectable } from '@nestjs/common';
import { ballotCast } from '@zhijia/contracts';
import { LedgerStore } from '@zhijia/ledger';
import { ParkingLot, type ParkedItem, type Reaction, type ReceivedEvent } from '@zhijia/messaging';
import type { EntityManager } from 'typeorm';
import type { Participation } from '../rules/plan-settlement.js';
import { memberAccountCause, memberAccountOf, poolCause } from '../rules/points-accounts.js';
import { RewardPoolsStore } from './reward-pools.store.js';
import { SettleRewards, type DueReward } from './settle-rewards.js';

/**
 * Pays for taking part, hundreds of members in one transaction. Safe to run twice: a participation is settled once.
 *
 * A ballot can come before its pool or before its member's account; it waits, and those behind it wait their turn, for
 * a pool that runs short pays those who came first. Parking comes before the locks of pool and ledger: whoever wakes
 * or asks the parked takes the cause's lock first and those after it.
 */
@Injectable()
export class SettleRewardsWhenBallotCast implements Reaction<typeof ballotCast> {
  readonly name = 'settle-rewards-when-ballot-cast';
  readonly contract = ballotCast;

  constructor(
    private readonly pools: RewardPoolsStore,
    private readonly ledger: LedgerStore,
    private readonly parkingLot: ParkingLot,
    private readonly settleRewards: SettleRewards,
  ) {}

  async handle(tx: EntityManager, events: readonly ReceivedEvent<Participation>[]): Promise<void> {
    const promising = events.filter((event) => event.payload.rewardPoints > 0);
    const campaignIds = [...new Set(promising.map((event) => event.payload.campaignId))];
    const pools = await this.pools.known(tx, campaignIds);
    const waiting = await this.parkingLot.waiting(tx, this, campaignIds.map(poolCause));
    const accounts = await this.ledger.findAccounts(
      tx,
      promising.map((event) => memberAccountOf(event.payload.memberId)),
    );
    const accountIds = new Map(
      accounts.flatMap((account) => (account === null ? [] : [[account.ownerId, account.id]])),
    );

    const parked: ParkedItem[] = [];
    const due: DueReward[] = [];
    for (const event of events) {
      const participation = event.payload;
      const memberAccountId = accountIds.get(participation.memberId) ?? null;
      const cause = poolCause(participation.campaignId);
      if (participation.rewardPoints === 0) due.push({ participation, memberAccountId: null });
      else if (!pools.has(participation.campaignId) || waiting.has(cause)) parked.push({ event, waitsFor: cause });
      else if (memberAccountId !== null) due.push({ participation, memberAccountId });
      else parked.push({ event, waitsFor: memberAccountCause(participation.memberId) });
    }
    await this.parkingLot.parkAll(tx, this, parked);
    await this.settleRewards.run(tx, due);
  }
}
