import type { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { clientCertificateOf } from '@zhijia/access';
import { createDataSource } from '@zhijia/database';
import { createLog, type Log } from '@zhijia/logging';
import { Outbox } from '@zhijia/messaging';
import { BlindIndex, FieldCipher, readKeyring } from '@zhijia/pii';
import { PolicyStore } from '@zhijia/policy';
import type { ClientMetadata, Provider } from 'oidc-provider';
import { AgenciesStore } from '../../agencies/agencies.store.js';
import { ConsentChangesStore } from '../../consents/consent-changes.store.js';
import { GiveConsent } from '../../consents/give-consent.js';
import { RefuseConsent } from '../../consents/refuse-consent.js';
import { PersonalFields } from '../../members/personal-fields.js';
import { AccountsStore } from '../accounts.store.js';
import { agencyPages } from '../asking/agency-pages.js';
import { AskConsent } from '../asking/ask-consent.js';
import { LogCodeChannel, SmsGatewayChannel, type CodeChannel } from '../sign-in/code-channel.js';
import { createIssuerServer } from './create-issuer-server.js';
import { createProvider } from './create-provider.js';
import { IssuerClientsStore } from '../partners/issuer-clients.store.js';
import { IssuerRecordsStore } from './issuer-records.store.js';
import type { IssuerConfig } from './issuer.config.js';
import { SecondFactor } from '../sign-in/second-factor.js';
import { SecondFactorsStore } from '../sign-in/second-factors.store.js';
import { SignIn } from '../sign-in/sign-in.js';
import { SignInsStore } from '../sign-in/sign-ins.store.js';
import { SigningKeys } from './signing-keys.js';
import { SigningKeysStore } from './signing-keys.store.js';

/** How soon a new key, or a key that is dropped, is seen by every process of the issuer. */
const keysReadEveryMs = 10 * 60 * 1_000;

export interface RunningIssuer {
  url: string;
  log: Log;
  /** Lets running requests end. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Serves the issuer: `oidc-provider`'s endpoints, the pages of signing in and of consents, and health.
 *
 * @param given instead of what the configuration says: how codes reach people
 */
export async function serveIssuer(config: IssuerConfig, given: { channel?: CodeChannel } = {}): Promise<RunningIssuer> {
  const log = createLog({ service: 'issuer', level: config.logLevel });
  const db = createDataSource({
    url: config.databaseUrl,
    applicationName: 'zhijia-issuer',
    migrations: [],
    poolSize: config.databasePoolSize,
  });
  await db.initialize();

  const cipher = new FieldCipher(readKeyring(config.piiKeyringFile));
  const index = new BlindIndex(readKeyring(config.piiIndexKeyFile));
  const records = new IssuerRecordsStore(db);
  const clients = new IssuerClientsStore(db);
  const accounts = new AccountsStore(db);
  const signIns = new SignInsStore();
  const personal = new PersonalFields(cipher, index);
  const agencies = new AgenciesStore(db);
  const consents = new ConsentChangesStore();
  const asking = new AskConsent(
    db,
    accounts,
    new PolicyStore(),
    config.policyRegion,
    consents,
    new GiveConsent(db, consents, new Outbox()),
    new RefuseConsent(db, consents),
    personal,
    index,
  );
  const signIn = new SignIn(
    db,
    signIns,
    accounts,
    new SecondFactor(new SecondFactorsStore(), cipher, config.issuerName),
    personal,
    index,
    given.channel ?? channelOf(config, log),
    log,
  );
  for (const application of readApplications(config.applicationsFile)) await clients.put(application, null);

  const keysStore = new SigningKeysStore();
  const keys = new SigningKeys(db, keysStore, cipher);
  const { issuerUrl, cookieKeys } = config;
  const isBehindProxy = issuerUrl.startsWith('https:') && config.tls === null;
  const believesAnyCertificate = config.tls?.believesAnyCertificate ?? true;
  const certificateOf = (request: IncomingMessage): X509Certificate | null =>
    clientCertificateOf(request, config.certificateProxies, believesAnyCertificate);
  const makeProvider = async (): Promise<Provider> => {
    const provider = createProvider({
      issuerUrl,
      keys: await keys.current(),
      cookieKeys,
      records,
      clients,
      accounts,
      agencies,
      certificateOf,
      consentPolicy: () => asking.policy(),
    });
    provider.proxy = isBehindProxy;
    provider.on('server_error', (_ctx, error) => log.error({ err: error }, 'The issuer failed'));
    return provider;
  };
  let provider = await makeProvider();
  const upkeep = setInterval(() => {
    void (async () => {
      provider = await makeProvider();
      await records.removeExpired();
      await signIns.removeOld(db);
    })().catch((error: unknown) => log.error({ err: error }, "The issuer's upkeep failed"));
  }, keysReadEveryMs);
  upkeep.unref();

  const agency = agencyPages({ provider: () => provider, accounts, agencies, index });
  const server = await createIssuerServer({
    isBehindProxy,
    tls: config.tls,
    log,
    ready: () => keysStore.expectTable(db),
    provider: () => provider,
    signIn,
    asking,
    agency,
  });
  const url = await server.listen({ port: config.port, host: config.host });
  log.info({ url, issuer: issuerUrl }, 'Serving');

  const drain = async (): Promise<void> => {
    clearInterval(upkeep);
    await server.close();
    await db.destroy();
  };
  let stopping: Promise<void> | null = null;
  return { url, log, stop: () => (stopping ??= drain()) };
}

function channelOf({ sms }: IssuerConfig, log: Log): CodeChannel {
  return sms === null ? new LogCodeChannel(log) : new SmsGatewayChannel(sms.url, sms.token);
}

function readApplications(file: string | null): ClientMetadata[] {
  return file === null ? [] : (JSON.parse(readFileSync(file, 'utf8')) as ClientMetadata[]);
}
