import type { BlindIndex } from '@zhijia/pii';
import type { Provider } from 'oidc-provider';
import type { AgenciesStore } from '../../agencies/agencies.store.js';
import type { AccountsStore } from '../accounts.store.js';
import { agencyDetailsType } from './agency-details.js';
import { grantAll } from '../issuer/graph-resources.js';
import type { CodePages } from '../sign-in/sign-in.routes.js';

/**
 * An officer who is signed in acts for a member from the moment that they type the code which the member got. Whether
 * the number belongs to a member in reach is told only to who has its code.
 */
export function agencyPages(parts: {
  provider: () => Provider;
  accounts: AccountsStore;
  agencies: AgenciesStore;
  index: BlindIndex;
}): CodePages {
  const { provider, accounts, agencies, index } = parts;
  return {
    path: 'agency',
    purpose: 'agency',
    finish: async ({ uid, params, session }, done) => {
      const member = await accounts.find(done.accountId);
      const hash = index.of({ table: 'agency', column: 'interaction_hash', kind: 'text' }, uid);
      const agentId = session?.accountId;
      const agency =
        agentId === undefined || member?.memberId == null ? null : await agencies.begin(agentId, member.memberId, hash);
      const client = await provider().Client.find(String(params['client_id']));
      if (agency === null || client === undefined) {
        return { error: 'access_denied', error_description: 'no office of yours reaches this member' };
      }
      const grant = new (provider().Grant)({ accountId: agentId ?? '', clientId: client.clientId });
      grantAll(grant, client['audience']);
      grant.addRar({ type: agencyDetailsType, identifier: agency.id });
      return { consent: { grantId: await grant.save() } };
    },
  };
}
