import { Injectable } from '@nestjs/common';
import { execute, rows } from '@zhijia/database';
import { DataSource } from 'typeorm';

/** How many took part, by organisation and in all: counted now and then, so that asking costs nothing while voting runs. */
@Injectable()
export class ParticipationCountsStore {
  constructor(private readonly db: DataSource) {}

  async listRunning(): Promise<string[]> {
    const running = await rows<{ id: string }>(
      this.db,
      `SELECT id FROM campaign WHERE state IN ('OPEN', 'CLOSING') AND linkage_dropped_at IS NULL
         AND opens_at <= zhijia_now()`,
    );
    return running.map(({ id }) => id);
  }

  /** Only rows whose figure changed are written. */
  async recount(campaignIds: readonly string[]): Promise<void> {
    if (campaignIds.length === 0) return;
    await execute(
      this.db,
      `WITH counted AS (
         SELECT campaign_id, organisation_id, count(*)::integer AS participants
           FROM participation WHERE campaign_id = ANY ($1::uuid[]) GROUP BY 1, 2
       ), in_all AS (
         UPDATE campaign AS c SET participant_count = total.participants
           FROM (SELECT campaign_id, sum(participants)::integer AS participants FROM counted GROUP BY 1) AS total
          WHERE c.id = total.campaign_id AND c.participant_count <> total.participants
       )
       UPDATE electorate_organisation AS o SET participant_count = counted.participants
         FROM counted
        WHERE o.campaign_id = counted.campaign_id AND o.organisation_id = counted.organisation_id
          AND o.participant_count <> counted.participants`,
      [campaignIds],
    );
  }
}
