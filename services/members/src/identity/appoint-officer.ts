import { randomUUID } from 'node:crypto';
import { isRoleName } from '@zhijia/access';
import { inTransaction, type Queryable } from '@zhijia/database';
import { checkMobileNumber } from '@zhijia/pii';
import type { DataSource } from 'typeorm';
import type { PersonalFields } from '../members/personal-fields.js';
import type { OfficesStore } from '../offices/offices.store.js';
import type { OrganisationsStore } from '../organisations/organisations.store.js';
import type { AccountsStore } from './accounts.store.js';

/** Who is appointed: a member by the number of their card, or staff who are no members by name and telephone. */
export type Appointee = { readonly memberNumber: string } | { readonly fullName: string; readonly phone: string };

export type Appointment =
  | { kind: 'appointed'; accountId: string }
  | { kind: 'roleUnknown' }
  | { kind: 'organisationUnknown' }
  | { kind: 'memberUnknown' }
  | { kind: 'phoneMalformed' };

/** Gives somebody an office in an organisation. Whoever holds it already keeps it: the same twice is once. */
export class AppointOfficer {
  constructor(
    private readonly db: DataSource,
    private readonly accounts: AccountsStore,
    private readonly offices: OfficesStore,
    private readonly organisations: OrganisationsStore,
    private readonly personal: PersonalFields,
  ) {}

  async run(appointee: Appointee, role: string, organisationCode: string, appointedBy: string): Promise<Appointment> {
    if (!isRoleName(role) || role === 'member') return { kind: 'roleUnknown' };
    return inTransaction(this.db, async (tx) => {
      const organisationId = await this.organisations.findIdByCode(organisationCode, tx);
      if (organisationId === null) return { kind: 'organisationUnknown' };
      const account =
        'memberNumber' in appointee ? await this.ofMember(tx, appointee) : await this.ofStaff(tx, appointee);
      if (account.kind !== 'found') return account;
      const { accountId } = account;
      await this.offices.give(tx, { accountId, role, organisationId }, appointedBy);
      return { kind: 'appointed', accountId };
    });
  }

  private async ofMember(
    tx: Queryable,
    { memberNumber }: { memberNumber: string },
  ): Promise<Found | { kind: 'memberUnknown' }> {
    const memberId = await this.accounts.findMemberNumbered(tx, memberNumber);
    if (memberId === null) return { kind: 'memberUnknown' };
    return { kind: 'found', accountId: await this.accounts.openForMember(tx, memberId) };
  }

  private async ofStaff(
    tx: Queryable,
    { fullName, phone }: { fullName: string; phone: string },
  ): Promise<Found | { kind: 'phoneMalformed' }> {
    const number = checkMobileNumber(phone);
    if (!number.ok) return { kind: 'phoneMalformed' };
    const id = randomUUID();
    const sealed = this.personal.sealStaff(id, { fullName, phone: number.mobileNumber });
    const phoneIndex = this.personal.phoneIndex(number.mobileNumber);
    return { kind: 'found', accountId: await this.accounts.openForStaff(tx, { id, ...sealed, phoneIndex }) };
  }
}

interface Found {
  kind: 'found';
  accountId: string;
}
