import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { roleNames, type Audience, type RoleName } from '@zhijia/access';
import { ConfigError, type Mode } from '@zhijia/config';
import { createLocalJWKSet, createRemoteJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { claimMapSchema, type ClaimMap } from './claim-map.js';

/** Somebody whose tokens are believed: for these audiences, and for these roles alone. */
export interface TrustedIssuer {
  issuer: string;
  /** The `aud` that a token for each audience carries; an audience that is not named is not served to this issuer. */
  audiences: Readonly<Partial<Record<Audience, string>>>;
  roles: ReadonlySet<RoleName>;
  algorithms: string[];
  /** Where its tokens say who somebody is. */
  claims: ClaimMap;
  /** Of this machine alone: its tokens may be plain where others have to be bound to a key. */
  isDevelopment: boolean;
  keys: JWTVerifyGetKey;
}

/** Asymmetric only: with a shared secret in the list, a public key would pass as one. */
const algorithms = ['ES256', 'PS256', 'EdDSA'] as const;
const expectedAudience = z.string().min(1).optional();

const issuerSchema = z
  .strictObject({
    issuer: z.string().min(1),
    /** A key set on this machine, beside the list; development only. */
    jwksFile: z.string().optional(),
    jwksUrl: z.url({ protocol: /^https?$/ }).optional(),
    audiences: z.strictObject({ mobile: expectedAudience, dashboard: expectedAudience, bank: expectedAudience }),
    roles: z.array(z.enum(roleNames)),
    algorithms: z
      .array(z.enum(algorithms))
      .min(1)
      .default([...algorithms]),
    claims: claimMapSchema.prefault({}),
    development: z.boolean().default(false),
  })
  .refine((issuer) => (issuer.jwksFile === undefined) !== (issuer.jwksUrl === undefined), {
    message: 'names either jwksFile or jwksUrl',
  })
  .refine(({ roles, claims }) => Object.values(claims.roleNames ?? {}).every((role) => roles.includes(role)), {
    path: ['claims', 'roleNames'],
    message: 'translates into a role that stands not in roles',
  });

type ListedIssuer = z.infer<typeof issuerSchema>;

/**
 * @throws ConfigError when the list cannot be read, or names a development issuer or key at a production start
 */
export function readTrustedIssuers(file: string, mode: Mode): ReadonlyMap<string, TrustedIssuer> {
  const parsed = z.array(issuerSchema).min(1).safeParse(readJson(file));
  if (!parsed.success) {
    throw new ConfigError(
      parsed.error.issues.map((issue) => `TRUSTED_ISSUERS_FILE ${issue.path.join('.')}: ${issue.message}`),
    );
  }
  const listed = parsed.data;
  const twice = listed.filter((one, index) => listed.findIndex(({ issuer }) => issuer === one.issuer) !== index);
  const problems = [
    ...twice.map(({ issuer }) => `TRUSTED_ISSUERS_FILE: ${issuer} stands there twice`),
    ...(mode === 'production' ? listed.flatMap(refusedInProduction) : []),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
  return new Map(
    listed.map((one) => [
      one.issuer,
      {
        issuer: one.issuer,
        audiences: one.audiences,
        roles: new Set(one.roles),
        algorithms: one.algorithms,
        claims: one.claims,
        isDevelopment: one.development,
        keys: keysOf(one, dirname(file)),
      },
    ]),
  );
}

/** Whoever can read this machine's disk could sign with a key that lies there. */
function refusedInProduction({ issuer, development, jwksFile, jwksUrl }: ListedIssuer): string[] {
  const refused = (why: string): string => `TRUSTED_ISSUERS_FILE: production refuses ${issuer}: ${why}`;
  return [
    ...(development ? [refused('it is a development issuer')] : []),
    ...(jwksFile === undefined ? [] : [refused('its keys come from a file (jwksFile), as in development')]),
    ...(jwksUrl !== undefined && !jwksUrl.startsWith('https:') ? [refused('its jwksUrl is not https')] : []),
  ];
}

/** The issuer's keys cannot be asked for now; nothing is said about the token. */
export class IssuerUnavailable extends Error {
  constructor(cause: unknown) {
    super("The issuer's keys cannot be fetched", { cause });
    this.name = 'IssuerUnavailable';
  }
}

function keysOf(listed: ListedIssuer, folder: string): JWTVerifyGetKey {
  if (listed.jwksFile !== undefined) return createLocalJWKSet(readKeySet(resolve(folder, listed.jwksFile)));
  const remote = createRemoteJWKSet(new URL(listed.jwksUrl ?? ''), { timeoutDuration: 3_000 });
  return async (header, token) => {
    try {
      return await remote(header, token);
    } catch (error) {
      if (isAboutTheToken(error)) throw error;
      throw new IssuerUnavailable(error);
    }
  };
}

/** "No such key" is the token's fault; everything else that `jose` throws here is the way to the issuer. */
function isAboutTheToken(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return code === 'ERR_JWKS_NO_MATCHING_KEY' || code === 'ERR_JWKS_MULTIPLE_MATCHING_KEYS';
}

const keySetSchema = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) });

function readKeySet(file: string): JSONWebKeySet {
  const parsed = keySetSchema.safeParse(readJson(file));
  if (!parsed.success) throw new ConfigError([`TRUSTED_ISSUERS_FILE: ${file} is no JSON Web Key Set`]);
  if (parsed.data.keys.some((key) => 'd' in key || 'k' in key)) {
    throw new ConfigError([
      `TRUSTED_ISSUERS_FILE: ${file} holds a private key; the gateway needs the public ones only`,
    ]);
  }
  return parsed.data;
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new ConfigError([`TRUSTED_ISSUERS_FILE: ${file} cannot be read as JSON`]);
  }
}
