import { rows } from '@zhijia/database';
import type { Figure } from '@zhijia/subgraph';

/** For the operator: whether campaigns move on when their time has come. The index holds unfinished campaigns alone. */
export const lateCampaigns: Figure = {
  name: 'zhijia_campaign_oldest_late_seconds',
  help: 'How long the longest waiting campaign waits to be opened, closed or counted after its time; 0 when none does',
  labelName: 'step',
  read: (db) =>
    rows(
      db,
      `SELECT step AS label, coalesce(greatest(0, extract(epoch FROM zhijia_now() - min(since))), 0)::double precision AS value
       FROM (VALUES ('open', 'PREPARING'), ('close', 'OPEN'), ('count', 'CLOSING')) AS steps (step, state)
       LEFT JOIN LATERAL (
         SELECT CASE steps.state WHEN 'PREPARING' THEN opened_at WHEN 'OPEN' THEN closes_at ELSE closed_at END AS since
         FROM campaign
         WHERE campaign.state = steps.state AND linkage_dropped_at IS NULL
           AND (campaign.state <> 'OPEN' OR closes_at <= zhijia_now())) AS late ON true
       GROUP BY step ORDER BY step`,
    ),
};
