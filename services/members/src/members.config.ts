import { readConfig } from '@zhijia/config';
import { consentGrantEnv, readSubgraphConfig } from '@zhijia/subgraph';
import { z } from 'zod';

const personalDataEnv = {
  /** The keyring that seals names, ID and phone numbers (libs/pii). */
  PII_KEYRING_FILE: z.string().min(1),
  /** The keyring of the blind indexes: never the same keys, never in the database. */
  PII_INDEX_KEY_FILE: z.string().min(1),
};

const personalDataSchema = z.object(personalDataEnv);

export type PersonalDataConfig = ReturnType<typeof readPersonalDataConfig>;

function readPersonalDataConfig(env: Readonly<Record<string, string | undefined>>) {
  const parsed = readConfig(personalDataSchema, env);
  return { piiKeyringFile: parsed.PII_KEYRING_FILE, piiIndexKeyFile: parsed.PII_INDEX_KEY_FILE } as const;
}

const consentSchema = z.object(consentGrantEnv);

export type MembersConfig = ReturnType<typeof readMembersConfig>;

/** The only reader of the environment in this service. */
export function readMembersConfig(env: Readonly<Record<string, string | undefined>> = process.env) {
  const { CONSENT_GRANT_KEYS: consentGrantKeys } = readConfig(consentSchema, env);
  return { ...readSubgraphConfig(env), ...readPersonalDataConfig(env), consentGrantKeys } as const;
}

const importSchema = z.object({ DATABASE_URL: z.url(), ...personalDataEnv });

/** What `npm run import` needs: the database and the keys, nothing of the graph. */
export function readImportConfig(env: Readonly<Record<string, string | undefined>>) {
  const parsed = readConfig(importSchema, env);
  return { databaseUrl: parsed.DATABASE_URL, ...readPersonalDataConfig(env) } as const;
}
