import { errors, type AccessToken, type ClientCredentials, type Configuration } from 'oidc-provider';
import type { AgenciesStore } from '../../agencies/agencies.store.js';
import type { AccountsStore } from '../accounts.store.js';
import { agencyIn } from '../asking/agency-details.js';
import { agencyTokenLivesSeconds } from './graph-resources.js';
import type { IssuerClientsStore, RegisteredClient } from '../partners/issuer-clients.store.js';

export interface TokenSources {
  readonly clients: IssuerClientsStore;
  readonly accounts: AccountsStore;
  readonly agencies: AgenciesStore;
}

type Token = AccessToken | ClientCredentials;
type TokenContents = Required<Pick<Configuration, 'extraTokenClaims' | 'formats'>>;

/** What access tokens say of their holder, read anew for each. */
export function tokenContents({ clients, accounts, agencies }: TokenSources): TokenContents {
  return {
    extraTokenClaims: async (_ctx, token) => {
      const client = await clients.find(token.clientId ?? '');
      // Also where a member's consent brought the token about: a partner's server never acts for a member.
      if (token.kind === 'ClientCredentials' || client?.organisation_id !== undefined) return claimsOfServer(client);
      return claimsOfPerson(token);
    },
    formats: {
      customizers: {
        jwt: async (_ctx, token, { payload }) => {
          const client = await clients.find(token.clientId ?? '');
          // By the account's id partners could find out whom they both serve.
          if (client?.organisation_id !== undefined) payload['sub'] = token.clientId;
        },
      },
    },
  };

  async function claimsOfPerson(token: Token): Promise<Record<string, unknown>> {
    const account = 'accountId' in token ? await accounts.find(token.accountId) : null;
    if (account === null) throw new errors.InvalidGrant('the account is closed');
    const agencyId = 'rar' in token ? agencyIn(token.rar) : null;
    if (agencyId === null) {
      return { roles: [...account.roles], ...(account.memberId === null ? {} : { member_id: account.memberId }) };
    }
    const agency = await agencies.findLive(agencyId, account.id, agencyTokenLivesSeconds);
    if (agency === null) throw new errors.InvalidGrant('acting for this member is over');
    const { memberId, organisationId } = agency;
    return { roles: [{ role: 'member', organisationId }], member_id: memberId, acting_for: memberId };
  }
}

function claimsOfServer(client: RegisteredClient | undefined): Record<string, unknown> {
  if (client?.organisation_id === undefined) throw new errors.InvalidClient('this client has no organisation');
  return {
    roles: [{ role: 'bank-client', organisationId: client.organisation_id }],
    signing_jwks: signingKeysOf(client),
  };
}

/** What the gateway checks this client's signatures with; PS256 alone signs changes. */
function signingKeysOf(client: RegisteredClient): { keys: object[] } {
  const keys = (client.jwks?.keys ?? []).filter(({ alg }) => alg === 'PS256');
  return { keys: keys.map(({ kty, alg, kid, n, e }) => ({ kty, alg, kid, n, e })) };
}
