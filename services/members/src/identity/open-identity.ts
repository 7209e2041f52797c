import { createDataSource } from '@zhijia/database';
import { readImportConfig } from '../members.config.js';
import { PersonalFields } from '../members/personal-fields.js';
import { OfficesStore } from '../offices/offices.store.js';
import { SessionsStore } from '../sessions/sessions.store.js';
import { AccountsStore } from './accounts.store.js';
import { AppointOfficer } from './appoint-officer.js';
import { IssuerClientsStore } from './issuer-clients.store.js';
import { RegisterPartnerClient } from './register-partner-client.js';
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
  const personal = PersonalFields.fromFiles(config);
  return {
    registerPartnerClient: new RegisterPartnerClient(db, new IssuerClientsStore(db)),
    appointOfficer: new AppointOfficer(db, new AccountsStore(db), new OfficesStore(db), personal),
    signOut: new SignOut(db, new SessionsStore(db), personal),
    close: () => db.destroy(),
  };
}
