import { Injectable } from '@nestjs/common';
import { rewardPoolEmptied, rewardSettled } from '@zhijia/contracts';
import { LedgerStore, type TransferOutcome } from '@zhijia/ledger';
import { Outbox } from '@zhijia/messaging';
import type { EntityManager } from 'typeorm';
import {
  emptiesPool,
  planDrawBack,
  planReward,
  rewardTransfer,
  type Participation,
  type PoolState,
  type SettledReward,
} from '../rules/plan-settlement.js';
import { issuanceAccount } from '../rules/points-accounts.js';
import { RewardPoolsStore } from './reward-pools.store.js';
import { RewardsStore } from './rewards.store.js';

export interface DueReward {
  readonly participation: Participation;
  /** Null where nothing was promised. */
  readonly memberAccountId: string | null;
}

/** Settles many participations in a handful of statements; runs in the transaction of its reaction. */
@Injectable()
export class SettleRewards {
  constructor(
    private readonly pools: RewardPoolsStore,
    private readonly rewards: RewardsStore,
    private readonly ledger: LedgerStore,
    private readonly outbox: Outbox,
  ) {}

  async run(tx: EntityManager, asked: readonly DueReward[]): Promise<void> {
    if (asked.length === 0) return;
    const locked = await this.pools.lock(tx, campaignsOf(asked));
    const due = await this.unsettled(tx, asked);
    const pools = new Map<string, PoolState>();
    for (const pool of locked) pools.set(pool.campaignId, await this.drawBack(tx, pool, due));

    const payable = due.flatMap(({ participation, memberAccountId }) => {
      const pool = pools.get(participation.campaignId);
      if (memberAccountId === null || pool === undefined) return [];
      return [{ participation, request: rewardTransfer(participation, pool.accountId, memberAccountId) }];
    });
    const posted = await this.ledger.postMany(
      tx,
      payable.map(({ request }) => request),
    );
    const outcomes = new Map(
      payable.flatMap(({ participation }, index): [string, TransferOutcome][] => {
        const outcome = posted[index];
        return outcome === undefined ? [] : [[participation.participationId, outcome]];
      }),
    );
    const settled = due.map(({ participation }) =>
      planReward(participation, outcomes.get(participation.participationId) ?? null),
    );
    await this.write(tx, settled);
    await this.tellEmptied(tx, pools, due, outcomes);
  }

  /** Each participation once, and only those without a reward row yet. */
  private async unsettled(tx: EntityManager, asked: readonly DueReward[]): Promise<DueReward[]> {
    const byId = new Map(asked.map((due) => [due.participation.participationId, due]));
    const settled = await this.rewards.settled(tx, [...byId.keys()]);
    return [...byId.values()].filter(({ participation }) => !settled.has(participation.participationId));
  }

  /**
   * A ballot that comes late was cast before its campaign ended: its pool takes back what it had returned.
   *
   * @returns the pool afterwards
   */
  private async drawBack(tx: EntityManager, pool: PoolState, due: readonly DueReward[]): Promise<PoolState> {
    const late = due.filter(({ participation }) => participation.campaignId === pool.campaignId);
    const promisedPoints = late.reduce((sum, { participation }) => sum + participation.rewardPoints, 0);
    const points = planDrawBack(pool, promisedPoints);
    const [first] = late;
    if (points === 0 || first === undefined) return pool;
    const [issuance] = await this.ledger.openAccounts(tx, [issuanceAccount]);
    if (issuance === undefined) throw new Error('The issuance account was not opened');
    await this.ledger.postTransfer(tx, {
      book: issuanceAccount.book,
      fromAccountId: issuance.id,
      toAccountId: pool.accountId,
      units: points,
      kind: 'POOL_FUNDING',
      reason: '补发积分池',
      reference: `reward-pool-late:${first.participation.participationId}`,
    });
    await this.pools.countDrawnBack(tx, pool.campaignId, points);
    return { ...pool, returnedPoints: pool.returnedPoints - points };
  }

  private async write(tx: EntityManager, settled: readonly SettledReward[]): Promise<void> {
    if (settled.length === 0) return;
    const inserted = await this.rewards.insert(tx, settled);
    await this.outbox.addAll(
      tx,
      rewardSettled,
      settled.flatMap(({ participationId, campaignId, memberId, status, points }) =>
        status === 'NOT_PROMISED' || !inserted.has(participationId)
          ? []
          : [
              {
                aggregateId: participationId,
                payload: { participationId, campaignId, memberId, outcome: status, points },
              },
            ],
      ),
    );
  }

  private async tellEmptied(
    tx: EntityManager,
    pools: ReadonlyMap<string, PoolState>,
    due: readonly DueReward[],
    outcomes: ReadonlyMap<string, TransferOutcome>,
  ): Promise<void> {
    const outcomesOf = (campaignId: string): TransferOutcome[] =>
      due.flatMap(({ participation }) => {
        const outcome = outcomes.get(participation.participationId);
        return participation.campaignId === campaignId && outcome !== undefined ? [outcome] : [];
      });
    const emptied = [...pools.values()].filter((pool) => emptiesPool(pool, outcomesOf(pool.campaignId)));
    const marked = await this.pools.markEmptied(
      tx,
      emptied.map((pool) => pool.campaignId),
    );
    await this.outbox.addAll(
      tx,
      rewardPoolEmptied,
      marked.map((payload) => ({ aggregateId: payload.campaignId, payload })),
    );
  }
}

function campaignsOf(asked: readonly DueReward[]): string[] {
  return [...new Set(asked.filter((due) => due.memberAccountId !== null).map((due) => due.participation.campaignId))];
}
