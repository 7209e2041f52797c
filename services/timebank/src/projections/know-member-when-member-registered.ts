import { Injectable } from '@nestjs/common';
import { memberRegistered } from '@zhijia/contracts';
import type { Reaction, ReceivedEvent } from '@zhijia/messaging';
import type { EntityManager } from 'typeorm';
import { ProjectionsStore, type MemberState } from './projections.store.js';

@Injectable()
export class KnowMemberWhenMemberRegistered implements Reaction<typeof memberRegistered> {
  readonly name = 'know-member-when-member-registered';
  readonly contract = memberRegistered;

  constructor(private readonly projections: ProjectionsStore) {}

  /** Safe in any order: the version decides. */
  async handle(tx: EntityManager, events: readonly ReceivedEvent<MemberState>[]): Promise<void> {
    await this.projections.upsertMembers(
      tx,
      events.map((event) => event.payload),
    );
  }
}
