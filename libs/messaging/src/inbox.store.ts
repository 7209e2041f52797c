import { rows } from '@zhijia/database';
import type { EntityManager } from 'typeorm';
import type { ReceivedEvent } from './reaction.js';

/** Remembers which reaction has seen which event, in the transaction of the effect: delivered often, applied once. */
export class InboxStore {
  /** The events this reaction has not seen, each once, in the order given. Seen by another that has not committed: waits. */
  async claim(tx: EntityManager, reactionName: string, events: readonly ReceivedEvent[]): Promise<ReceivedEvent[]> {
    const claimed = await rows<{ event_id: string }>(
      tx,
      // In one order for everybody: two consumers that hold the same events for a moment must not deadlock.
      `INSERT INTO inbox (consumer, event_id)
       SELECT $1, event_id FROM unnest($2::uuid[]) AS event_id ORDER BY event_id
       ON CONFLICT DO NOTHING RETURNING event_id`,
      [reactionName, events.map((event) => event.id)],
    );
    const unseen = new Set(claimed.map((row) => row.event_id));
    return events.filter((event) => unseen.delete(event.id));
  }
}
