import { Injectable } from '@nestjs/common';
import type { Viewer } from '@zhijia/access';
import type { BatchLoader } from '@zhijia/subgraph';
import { DataSource } from 'typeorm';
import type { RewardStatus } from '../rules/plan-settlement.js';
import { RewardsStore } from './rewards.store.js';

export interface Reward {
  readonly status: RewardStatus | 'PENDING';
  readonly points: number;
}

/** What is not settled yet is pending for whoever asks; what is settled is told to its member alone. */
@Injectable()
export class RewardOfParticipationLoader implements BatchLoader<string, Reward> {
  constructor(
    private readonly db: DataSource,
    private readonly rewards: RewardsStore,
  ) {}

  async loadAll(participationIds: readonly string[], viewer: Viewer): Promise<(Reward | null)[]> {
    const settled = await this.rewards.byParticipations(this.db, participationIds);
    return participationIds.map((id) => {
      const reward = settled.get(id);
      if (reward === undefined) return { status: 'PENDING', points: 0 };
      return reward.memberId === viewer.memberId ? reward : null;
    });
  }
}
