import { delimiter, join } from 'node:path';
import { layout, root } from './paths.mjs';
import { subgraphs, variableFor } from './parts.mjs';

const host = '127.0.0.1';

/**
 * What a process of the product finds in its environment: the contract of deploy/local/README.md.
 *
 * @param {string} name a subgraph, `issuer` or `gateway`
 * @param {object} stack
 * @param {'development' | 'test'} stack.mode
 * @param {string} stack.dataDir
 * @param {object} stack.secrets from `ensureSecrets`
 * @param {Record<string, number>} stack.ports
 * @param {Record<string, string>} stack.databases
 * @param {{ brokers: string, prefix: string }} stack.kafka
 * @param {Record<string, Record<string, string>>} [stack.extra] by service; what a test wants otherwise
 */
export function environmentOf(name, stack) {
  const own = environments[name]?.(stack) ?? subgraphEnvironment(name, stack);
  return { ...inherited(), ...common(stack), PORT: String(stack.ports[name]), ...own, ...stack.extra?.[name] };
}

export function graphqlUrl(port) {
  return `http://${host}:${port}/graphql`;
}

export function gatewayUrls(port) {
  const url = `http://${host}:${port}`;
  return {
    mobile: `${url}/mobile/graphql`,
    dashboard: `${url}/dashboard/graphql`,
    bank: `${url}/bank/graphql`,
  };
}

export function issuerUrl(port) {
  return `http://${host}:${port}`;
}

const environments = { gateway: gatewayEnvironment, issuer: issuerEnvironment };

function issuerEnvironment({ databases, dataDir, ports, secrets }) {
  return {
    DATABASE_URL: databases.members,
    PII_KEYRING_FILE: secrets.piiKeyringFile,
    PII_INDEX_KEY_FILE: secrets.piiIndexKeyFile,
    ISSUER_URL: issuerUrl(ports.issuer),
    ISSUER_COOKIE_KEYS: secrets.issuerCookieKey,
    ISSUER_APPLICATIONS_FILE: layout(dataDir).issuerApplications,
  };
}

function subgraphEnvironment(name, { databases, kafka, secrets }) {
  return {
    DATABASE_URL: databases[name],
    KAFKA_BROKERS: kafka.brokers,
    KAFKA_PREFIX: kafka.prefix,
    WORKER: 'inline',
    VIEWER_STATEMENT_KEYS: secrets.viewerStatementKeys[name],
    DEAD_LETTER_KEY: secrets.deadLetterKey,
    ...(name === 'evaluations' ? {} : { CONSENT_GRANT_KEYS: secrets.consentGrantKey }),
    ...(name === 'members'
      ? { PII_KEYRING_FILE: secrets.piiKeyringFile, PII_INDEX_KEY_FILE: secrets.piiIndexKeyFile }
      : {}),
    ...(name === 'evaluations'
      ? { BALLOT_SERVICE_KEY_FILE: secrets.ballotServiceKeyFile, BALLOT_KEY_DIR: secrets.ballotKeyDir }
      : {}),
  };
}

function gatewayEnvironment({ dataDir, ports, secrets }) {
  return {
    SUPERGRAPH_DIR: join(root, 'deploy', 'supergraph'),
    DOCUMENTS_DIR: join(root, 'deploy', 'documents'),
    TRUSTED_ISSUERS_FILE: layout(dataDir).trustedIssuers,
    ...Object.fromEntries(
      subgraphs.flatMap((name) => [
        [variableFor('SUBGRAPH_URL', name), graphqlUrl(ports[name])],
        [variableFor('VIEWER_STATEMENT_KEY', name), secrets.viewerStatementKeys[name]],
      ]),
    ),
  };
}

function common({ mode }) {
  return {
    ZHIJIA_MODE: mode,
    // For libraries, which check and tell more without it; what of ours is for development goes by the mode.
    NODE_ENV: 'production',
    HOST: host,
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'info',
    ZHIJIA_LEASH: 'stdin',
    APOLLO_TELEMETRY_DISABLED: '1',
    KAFKAJS_NO_PARTITIONER_WARNING: '1',
    PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}`,
  };
}

/** This machine's ways, without what tells npm, Jest or this runner from each other. */
function inherited() {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(npm_|JEST_|ZHIJIA_|DATABASE_URL|KAFKA_|TEST_|NODE_OPTIONS$|NODE_CHANNEL_|PORT$|HOST$)/.test(name),
    ),
  );
}
