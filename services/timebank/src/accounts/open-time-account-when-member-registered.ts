import { Injectable } from '@nestjs/common';
import { memberRegistered, type PayloadOf } from '@zhijia/contracts';
import type { Reaction, ReceivedEvent } from '@zhijia/messaging';
import type { EntityManager } from 'typeorm';
import { TimeAccountsStore } from './time-accounts.store.js';

/** Safe to run twice: an account is one for each member. */
@Injectable()
export class OpenTimeAccountWhenMemberRegistered implements Reaction<typeof memberRegistered> {
  readonly name = 'open-time-account-when-member-registered';
  readonly contract = memberRegistered;

  constructor(private readonly accounts: TimeAccountsStore) {}

  async handle(tx: EntityManager, events: readonly ReceivedEvent<PayloadOf<typeof memberRegistered>>[]): Promise<void> {
    await this.accounts.open(tx, [...new Set(events.map((event) => event.payload.memberId))]);
  }
}
