import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JSONWebKeySet, type JWK } from 'jose';
import { z } from 'zod';

const privateKeySchema = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  d: z.string(),
  kid: z.string().optional(),
});

/** The key with which this service signs manifests, receipts and closing digests. It opens nothing. */
export class ServiceKey {
  private constructor(
    readonly privateKey: JWK,
    /** For everybody: clients pin it, boards carry it. */
    readonly publicKeys: JSONWebKeySet,
  ) {}

  /**
   * Reads the key file. Outside production a missing one is made, so that a first start needs no ceremony.
   *
   * @throws Error that says what is wrong with the file, never what stands in it.
   */
  static async load(file: string, mode: 'production' | 'development' | 'test'): Promise<ServiceKey> {
    if (mode !== 'production') await makeIfMissing(file);
    const text = await readFile(file, 'utf8').catch(() => {
      throw new Error(`BALLOT_SERVICE_KEY_FILE: ${file} cannot be read`);
    });
    const parsed = privateKeySchema.safeParse(jsonOf(text));
    if (!parsed.success) throw new Error(`BALLOT_SERVICE_KEY_FILE: ${file} holds no private P-256 JWK`);
    const { kty, crv, x, y, d } = parsed.data;
    const publicKey = { kty, crv, x, y };
    const kid = parsed.data.kid ?? (await calculateJwkThumbprint(publicKey));
    return new ServiceKey({ ...publicKey, d, kid }, { keys: [{ ...publicKey, kid }] });
  }
}

/** Whole or not at all, and only the first of several processes that start at once. */
async function makeIfMissing(file: string): Promise<void> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  await mkdir(dirname(file), { recursive: true });
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, JSON.stringify(await exportJWK(privateKey)), { mode: 0o600, flag: 'wx' });
  try {
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
