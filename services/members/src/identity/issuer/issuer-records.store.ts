import { createHash } from 'node:crypto';
import { execute, row, rows } from '@zhijia/database';
import type { AdapterPayload } from 'oidc-provider';
import type { DataSource } from 'typeorm';

interface StoredRecord {
  readonly payload: AdapterPayload;
  readonly consumedAt: number | null;
}

/** Two requests used one code, or one refresh token, at the same time: the second is refused. */
export class AlreadyUsed extends Error {
  constructor(model: string) {
    super(`This ${model} was used before`);
    this.name = 'AlreadyUsed';
  }
}

/**
 * Sessions, codes, grants and refresh tokens of the issuer. Their ids are what lets somebody in, so only a hash of each
 * is kept; the payload names accounts and clients, and nobody's name or number.
 */
export class IssuerRecordsStore {
  constructor(private readonly db: DataSource) {}

  async put(model: string, id: string, payload: AdapterPayload, expiresInSeconds: number | undefined): Promise<void> {
    const { jti: _id, ...facts } = payload;
    await execute(
      this.db,
      `INSERT INTO issuer_record (model, id_hash, payload, grant_id, uid, account_id, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, now() + make_interval(secs => $7))
       ON CONFLICT (model, id_hash) DO UPDATE SET payload = excluded.payload, grant_id = excluded.grant_id,
         uid = excluded.uid, account_id = excluded.account_id, expires_at = excluded.expires_at`,
      [
        model,
        hashOf(id),
        JSON.stringify(facts),
        payload.grantId ?? null,
        payload.uid ?? null,
        payload.accountId ?? null,
        expiresInSeconds ?? null,
      ],
    );
  }

  /** Remembers an identifier that may come once; false where it came before, also at the same moment. */
  async putOnce(model: string, id: string, expiresInSeconds: number): Promise<boolean> {
    const inserted = await rows(
      this.db,
      `INSERT INTO issuer_record (model, id_hash, payload, expires_at)
       VALUES ($1, $2, '{}', now() + make_interval(secs => $3))
       ON CONFLICT (model, id_hash) DO NOTHING RETURNING model`,
      [model, hashOf(id), expiresInSeconds],
    );
    return inserted.length === 1;
  }

  async find(model: string, id: string): Promise<AdapterPayload | undefined> {
    const found = await row<StoredRecord>(
      this.db,
      `SELECT payload, extract(epoch FROM consumed_at)::integer AS "consumedAt" FROM issuer_record
       WHERE model = $1 AND id_hash = $2 AND (expires_at IS NULL OR expires_at > now())`,
      [model, hashOf(id)],
    );
    if (found === null) return undefined;
    return { ...found.payload, jti: id, ...(found.consumedAt === null ? {} : { consumed: found.consumedAt }) };
  }

  /** A session by the name under which its tokens know it. Its id stays unknown: it is the cookie's alone. */
  async findByUid(model: string, uid: string): Promise<AdapterPayload | undefined> {
    const found = await row<StoredRecord>(
      this.db,
      `SELECT payload, NULL AS "consumedAt" FROM issuer_record
       WHERE model = $1 AND uid = $2 AND (expires_at IS NULL OR expires_at > now())`,
      [model, uid],
    );
    return found?.payload;
  }

  /** @throws AlreadyUsed where it was used before */
  async consume(model: string, id: string): Promise<void> {
    const consumed = await execute(
      this.db,
      `UPDATE issuer_record SET consumed_at = now() WHERE model = $1 AND id_hash = $2 AND consumed_at IS NULL`,
      [model, hashOf(id)],
    );
    if (consumed === 0) throw new AlreadyUsed(model);
  }

  async remove(model: string, id: string): Promise<void> {
    await execute(this.db, `DELETE FROM issuer_record WHERE model = $1 AND id_hash = $2`, [model, hashOf(id)]);
  }

  /** Ends whatever was given under one grant: an authorization withdrawn, or a code used twice. */
  async removeGranted(grantId: string): Promise<void> {
    await execute(this.db, `DELETE FROM issuer_record WHERE grant_id = $1`, [grantId]);
  }

  async removeExpired(): Promise<number> {
    return execute(this.db, `DELETE FROM issuer_record WHERE expires_at < now() - interval '1 hour'`);
  }
}

function hashOf(id: string): Buffer {
  return createHash('sha256').update(id).digest();
}
