import { inTransaction } from '@zhijia/database';
import type { Log } from '@zhijia/logging';
import type { DataSource, EntityManager } from 'typeorm';
import { DeadLetterStore, type DeadLetter } from './dead-letter.store.js';
import { describeFault, type FaultDescription } from './fault.js';
import { InboxStore } from './inbox.store.js';
import type { Reaction } from './reaction.js';
import { Sealing } from './sealing.js';
import { inTraceOf } from './trace-events.js';
import { readMessage, type WireMessage } from './wire-message.js';

export interface DeadLettersOptions {
  readonly db: DataSource;
  readonly reactions: readonly Reaction[];
  /** 32 bytes. */
  readonly deadLetterKey: Buffer;
  /** Keys of before a rotation: letters sealed with them still open. */
  readonly formerDeadLetterKeys?: readonly Buffer[] | undefined;
  readonly log: Log;
}

export interface ReplayReport {
  /** Applied now, and gone. */
  readonly replayed: readonly string[];
  /** Still dead letters, with the code of today. */
  readonly failed: readonly { readonly id: string; readonly errorCode: string }[];
}

/** A letter that cannot be replayed, whatever its reaction does. */
class NotReplayable extends Error {
  constructor(readonly code: string) {
    super(code);
    this.name = 'NotReplayable';
  }
}

/** Events that could not be applied, for the operator who mends the cause and tries again. Works without a broker. */
export class DeadLetters {
  private readonly store: DeadLetterStore;
  private readonly inbox = new InboxStore();

  constructor(private readonly options: DeadLettersOptions) {
    this.store = new DeadLetterStore(new Sealing(options.deadLetterKey, options.formerDeadLetterKeys));
  }

  /** The oldest first: ids, codes and times, never what they carried. */
  list(limit = 1_000): Promise<DeadLetter[]> {
    return this.store.list(this.options.db, limit);
  }

  /**
   * Gives letters to their reactions again, in the order in which they failed, each in its own transaction. What is
   * applied is gone with the same commit; what fails stays, with one attempt more.
   */
  async replay(ids: readonly string[] | 'all'): Promise<ReplayReport> {
    const replayed: string[] = [];
    const failed: { id: string; errorCode: string }[] = [];
    for (const id of await this.store.idsInOrder(this.options.db, ids)) {
      try {
        if (await inTransaction(this.options.db, (tx) => this.replayOne(tx, id))) replayed.push(id);
      } catch (error) {
        const fault = faultOf(error);
        await this.store.countAttempt(this.options.db, id, fault);
        failed.push({ id, errorCode: fault.code });
        this.options.log.warn({ err: error, deadLetterId: id, code: fault.code }, 'A dead letter failed again');
      }
    }
    return { replayed, failed };
  }

  /** False when the letter went elsewhere in the meantime. */
  private async replayOne(tx: EntityManager, id: string): Promise<boolean> {
    const locked = await this.store.lock(tx, id);
    if (locked === null) return false;
    const { letter, message } = locked;
    if (message === null) throw new NotReplayable('sealedWithAnotherKey');
    if (letter.reaction === null) {
      await this.giveToAll(tx, message);
    } else {
      await this.giveTo(tx, letter.reaction, message);
    }
    await this.store.remove(tx, id);
    return true;
  }

  /** No reaction met it when it could not be read: each that has not seen the event by now gets it. */
  private async giveToAll(tx: EntityManager, message: WireMessage): Promise<void> {
    const type = message.headers['ce_type'];
    const reactions = this.options.reactions.filter((reaction) => reaction.contract.type === type);
    if (reactions.length === 0) throw new NotReplayable('noReaction');
    for (const reaction of reactions) {
      const unseen = await this.inbox.claim(tx, reaction.name, [readFor(reaction, message)]);
      if (unseen.length > 0) await inTraceOf(reaction, unseen, () => reaction.handle(tx, unseen));
    }
  }

  /** Its inbox row was written with the letter, so the letter itself is the claim. */
  private async giveTo(tx: EntityManager, reactionName: string, message: WireMessage): Promise<void> {
    const reaction = this.options.reactions.find((candidate) => candidate.name === reactionName);
    if (reaction === undefined) throw new NotReplayable('noReaction');
    const event = readFor(reaction, message);
    await this.inbox.claim(tx, reaction.name, [event]);
    await inTraceOf(reaction, [event], () => reaction.handle(tx, [event]));
  }
}

function readFor(reaction: Reaction, message: WireMessage) {
  const reading = readMessage(message, new Map([[reaction.contract.type, reaction.contract]]));
  if (reading.kind === 'event') return reading.event;
  throw new NotReplayable(reading.kind === 'unreadable' ? reading.code : 'noReaction');
}

function faultOf(error: unknown): FaultDescription {
  return error instanceof NotReplayable ? { code: error.code, type: error.name } : describeFault(error);
}
