import { row } from '@zhijia/database';
import { checkMobileNumber } from '@zhijia/pii';
import type { DataSource } from 'typeorm';
import type { PersonalFields } from '../members/personal-fields.js';
import type { SessionsStore } from '../sessions/sessions.store.js';

/** Whose telephone or computer is in other hands: a member by the number of their card, staff by their own telephone. */
export type Somebody = { readonly memberNumber: string } | { readonly phone: string };

export type SigningOut = { kind: 'signedOut'; sessions: number } | { kind: 'nobody' } | { kind: 'phoneMalformed' };

/** Signs somebody out everywhere, for who cannot do it themselves. */
export class SignOut {
  constructor(
    private readonly db: DataSource,
    private readonly sessions: SessionsStore,
    private readonly personal: PersonalFields,
  ) {}

  async run(who: Somebody): Promise<SigningOut> {
    if ('memberNumber' in who) {
      return this.signOut(
        `SELECT account.id FROM account JOIN member ON member.id = account.member_id WHERE member.member_number = $1`,
        who.memberNumber,
      );
    }
    const number = checkMobileNumber(who.phone);
    if (!number.ok) return { kind: 'phoneMalformed' };
    return this.signOut(`SELECT id FROM account WHERE phone_index = $1`, this.personal.phoneIndex(number.mobileNumber));
  }

  private async signOut(accountOf: string, by: string | Buffer): Promise<SigningOut> {
    const account = await row<{ id: string }>(this.db, accountOf, [by]);
    if (account === null) return { kind: 'nobody' };
    return { kind: 'signedOut', sessions: await this.sessions.endAll({ accountId: account.id }) };
  }
}
