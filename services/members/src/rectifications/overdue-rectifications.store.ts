import { rows } from '@zhijia/database';
import type { Figure } from '@zhijia/subgraph';

const mostCounted = 10_000;

/** For the operator: plans that organisations owe and have not filed in time. */
export const overdueRectifications: Figure = {
  name: 'zhijia_rectifications_overdue',
  help: `Rectifications whose plan is overdue, by whether the organisation above was told; counted up to ${mostCounted}`,
  labelName: 'escalated',
  read: (db) =>
    rows(
      db,
      `SELECT label, coalesce(value, 0) AS value
       FROM unnest(ARRAY['no', 'yes']) AS label
       LEFT JOIN (
         SELECT CASE WHEN escalated_at IS NULL THEN 'no' ELSE 'yes' END AS label, count(*) AS value
         FROM (SELECT escalated_at FROM rectification_task
               WHERE state = 'PLAN_DUE' AND plan_due_at <= zhijia_now()
               ORDER BY plan_due_at LIMIT ${mostCounted}) AS overdue
         GROUP BY 1) AS counted USING (label)
       ORDER BY label`,
    ),
};
