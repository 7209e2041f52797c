import { Injectable } from '@nestjs/common';
import { memberRegistered, type PayloadOf } from '@zhijia/contracts';
import { LedgerStore } from '@zhijia/ledger';
import { ParkingLot, type Reaction, type ReceivedEvent } from '@zhijia/messaging';
import type { EntityManager } from 'typeorm';
import { memberAccountCause, memberAccountOf } from '../rules/points-accounts.js';

/** Safe to run twice: an account is one for each member. */
@Injectable()
export class OpenPointsAccountWhenMemberRegistered implements Reaction<typeof memberRegistered> {
  readonly name = 'open-points-account-when-member-registered';
  readonly contract = memberRegistered;

  constructor(
    private readonly ledger: LedgerStore,
    private readonly parkingLot: ParkingLot,
  ) {}

  async handle(tx: EntityManager, events: readonly ReceivedEvent<PayloadOf<typeof memberRegistered>>[]): Promise<void> {
    const memberIds = events.map((event) => event.payload.memberId);
    await this.ledger.openAccounts(tx, memberIds.map(memberAccountOf));
    await this.parkingLot.wake(tx, memberIds.map(memberAccountCause));
  }
}
