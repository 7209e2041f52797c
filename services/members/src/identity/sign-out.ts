import { checkMobileNumber } from '@zhijia/pii';
import type { PersonalFields } from '../members/personal-fields.js';
import type { SessionsStore } from '../sessions/sessions.store.js';
import type { AccountsStore } from './accounts.store.js';

/** Whose telephone or computer is in other hands: a member by the number of their card, staff by their own telephone. */
export type Somebody = { readonly memberNumber: string } | { readonly phone: string };

export type SigningOut = { kind: 'signedOut'; sessions: number } | { kind: 'nobody' } | { kind: 'phoneMalformed' };

/** Signs somebody out everywhere, for who cannot do it themselves. */
export class SignOut {
  constructor(
    private readonly accounts: AccountsStore,
    private readonly sessions: SessionsStore,
    private readonly personal: PersonalFields,
  ) {}

  async run(who: Somebody): Promise<SigningOut> {
    if ('memberNumber' in who) return this.signOut(await this.accounts.findIdOfMember(who.memberNumber));
    const number = checkMobileNumber(who.phone);
    if (!number.ok) return { kind: 'phoneMalformed' };
    return this.signOut(await this.accounts.findIdOfStaff(this.personal.phoneIndex(number.mobileNumber)));
  }

  private async signOut(accountId: string | null): Promise<SigningOut> {
    if (accountId === null) return { kind: 'nobody' };
    return { kind: 'signedOut', sessions: await this.sessions.endAll({ accountId }) };
  }
}
