import { createDataSource } from '@zhijia/database';
import type { DataSource } from 'typeorm';
import { readImportConfig } from '../members.config.js';
import { PersonalFields } from '../members/personal-fields.js';
import { OfficesStore } from '../offices/offices.store.js';
import { OrganisationsStore } from '../organisations/organisations.store.js';
import { SessionsStore } from '../sessions/sessions.store.js';
import { AccountsStore } from './accounts.store.js';
import { AppointOfficer } from './appoint-officer.js';
import { IssuerClientsStore } from './partners/issuer-clients.store.js';
import { RegisterPartnerClient } from './partners/register-partner-client.js';
import { SignOut } from './sign-out.js';

export interface OpenedIdentity {
  readonly registerPartnerClient: RegisterPartnerClient;
  readonly appointOfficer: AppointOfficer;
  readonly signOut: SignOut;
  close(): Promise<void>;
}

/**
 * What an operator does at the issuer, without the service around it, for `npm run identity`.
 *
 * @param env DATABASE_URL, PII_KEYRING_FILE and PII_INDEX_KEY_FILE
 */
export async function openIdentity(env: Readonly<Record<string, string | undefined>>): Promise<OpenedIdentity> {
  const config = readImportConfig(env);
  const db = createDataSource({
    url: config.databaseUrl,
    applicationName: 'zhijia-members-identity',
    migrations: [],
    poolSize: 2,
  });
  await db.initialize();
  const works = identityOn(db, PersonalFields.fromFiles(config));
  return { ...works, close: () => db.destroy() };
}

/** The same on a database that is open already. */
export function identityOn(db: DataSource, personal: PersonalFields): Omit<OpenedIdentity, 'close'> {
  const accounts = new AccountsStore(db);
  const organisations = new OrganisationsStore(db);
  return {
    registerPartnerClient: new RegisterPartnerClient(new IssuerClientsStore(db), organisations),
    appointOfficer: new AppointOfficer(db, accounts, new OfficesStore(db), organisations, personal),
    signOut: new SignOut(accounts, new SessionsStore(db), personal),
  };
}
