import { Inject, Injectable } from '@nestjs/common';
import type { Log } from '@zhijia/logging';
import { LOG, type Job } from '@zhijia/subgraph';
import { DataSource } from 'typeorm';
import { ClosingsStore } from '../campaigns/closings.store.js';
import { SealClosingDigest } from '../campaigns/seal-closing-digest.js';
import { TallyProcess } from './tally-process.js';

const firstPauseMs = 5_000;
const longestPauseMs = 300_000;

/** Seals the digest of each closed campaign, then has it counted. */
@Injectable()
export class TallyClosedCampaigns implements Job {
  readonly name = 'tally-closed-campaigns';
  readonly everyMs = 1_000;
  /** Tallies that failed, and how long to wait with the next try. */
  private readonly failures = new Map<string, { pauseMs: number; againAtMs: number }>();

  constructor(
    private readonly db: DataSource,
    private readonly closings: ClosingsStore,
    private readonly seal: SealClosingDigest,
    private readonly tally: TallyProcess,
    @Inject(LOG) private readonly log: Log,
  ) {}

  async run(): Promise<void> {
    for (const { id, isSealed } of await this.closings.listClosing(this.db)) {
      const failure = this.failures.get(id);
      if (failure !== undefined && failure.againAtMs > performance.now()) continue;
      try {
        if (!isSealed) await this.seal.run(id);
        await this.tally.run('tally', id);
        this.failures.delete(id);
      } catch (error) {
        const pauseMs = Math.min((failure?.pauseMs ?? firstPauseMs / 2) * 2, longestPauseMs);
        this.failures.set(id, { pauseMs, againAtMs: performance.now() + pauseMs });
        this.log.error({ err: error, campaignId: id, pauseMs }, 'A closed campaign could not be counted');
      }
    }
  }
}
