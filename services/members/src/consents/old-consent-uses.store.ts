import { Injectable } from '@nestjs/common';
import { execute, rows, type Queryable } from '@zhijia/database';

/** Uses that were kept long enough after the end of their consents. */
@Injectable()
export class OldConsentUsesStore {
  /** Finds some consents that ended so long ago that their uses may go, and says so; answers how many. */
  markDue(tx: Queryable, keptMonths: number, most: number): Promise<number> {
    return execute(
      tx,
      `UPDATE consent SET uses_due_at = zhijia_now() WHERE id IN (
         SELECT id FROM consent
         WHERE uses_due_at IS NULL
           AND LEAST(withdrawn_at, valid_until) <= zhijia_now() - make_interval(months => $1)
         ORDER BY LEAST(withdrawn_at, valid_until) LIMIT $2 FOR UPDATE SKIP LOCKED)`,
      [keptMonths, most],
    );
  }

  /** Some consents whose uses may go, and that nobody else is at work on. */
  async lockDue(tx: Queryable, most: number): Promise<string[]> {
    const found = await rows<{ id: string }>(
      tx,
      `SELECT id FROM consent WHERE uses_due_at IS NOT NULL AND uses_removed_at IS NULL
       ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED`,
      [most],
    );
    return found.map(({ id }) => id);
  }

  /** Answers how many went. */
  remove(tx: Queryable, consentIds: readonly string[], most: number): Promise<number> {
    return execute(
      tx,
      `DELETE FROM consent_use WHERE id IN (
         SELECT old.id FROM unnest($1::uuid[]) AS due (consent_id)
         CROSS JOIN LATERAL (
           SELECT id FROM consent_use WHERE consent_use.consent_id = due.consent_id LIMIT $2) AS old
         LIMIT $2)`,
      [consentIds, most],
    );
  }

  async markRemoved(tx: Queryable, consentIds: readonly string[]): Promise<void> {
    await execute(
      tx,
      `UPDATE consent SET uses_removed_at = zhijia_now()
       WHERE id = ANY($1::uuid[]) AND NOT EXISTS (SELECT FROM consent_use WHERE consent_use.consent_id = consent.id)`,
      [consentIds],
    );
  }
}
