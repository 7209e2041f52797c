import { Injectable } from '@nestjs/common';
import type { Viewer } from '@zhijia/access';
import { inTransaction } from '@zhijia/database';
import { DataSource } from 'typeorm';
import { AccountsStore } from '../identity/accounts.store.js';
import { planAppointment, type OfficeRole } from '../rules/plan-appointment.js';
import { OfficesStore, type OfficeRow } from './offices.store.js';

export type MemberAppointment =
  | { kind: 'appointed'; office: OfficeRow }
  | { kind: 'appointeeNotFound' }
  | { kind: 'notTheirsToGive' }
  | { kind: 'oneself' };

/** Gives a member an office, in the name of an officer. */
@Injectable()
export class AppointMember {
  constructor(
    private readonly db: DataSource,
    private readonly offices: OfficesStore,
    private readonly accounts: AccountsStore,
  ) {}

  run(
    viewer: Viewer,
    appointment: { memberId: string; role: OfficeRole; organisationId: string },
  ): Promise<MemberAppointment> {
    const { memberId, role, organisationId } = appointment;
    return inTransaction(this.db, async (tx) => {
      const reaching = await this.offices.rolesReaching(tx, viewer, organisationId);
      // Who is out of reach is as if they did not exist, whichever of the two it is.
      if (reaching.length === 0 || !(await this.offices.isMemberInReach(tx, memberId, viewer))) {
        return { kind: 'appointeeNotFound' };
      }
      const plan = planAppointment(reaching, role, viewer.memberId?.toLowerCase() === memberId.toLowerCase());
      if (plan !== 'appoint') return { kind: plan };
      const office = { accountId: await this.accounts.openForMember(tx, memberId), role, organisationId };
      await this.offices.give(tx, office, viewer.subject);
      const held = await this.offices.findHeld(tx, office);
      if (held === null) throw new Error('An office that is given is held');
      return { kind: 'appointed', office: held };
    });
  }
}
