import { Injectable } from '@nestjs/common';
import { row, rows } from '@zhijia/database';
import { DataSource } from 'typeorm';

export interface SessionRow {
  readonly id: string;
  readonly application: string;
  readonly signedInAt: string;
  readonly lastUsedAt: string;
  readonly endsAt: string;
}

/** The issuer keeps hashes of ids. The hash of a grant's id names it here: nobody comes in with it. */
const hashOfGrant = (grantId: string): string => `sha256(convert_to(${grantId}, 'UTF8'))`;

/** `oidc-provider` writes one grant for each application that somebody signs in to, in each browser. */
const grantsOfMember = `issuer_record held JOIN account ON account.id::text = held.account_id
  WHERE held.model = 'Grant' AND account.member_id = $1::uuid AND held.expires_at > now()`;

/** What the issuer keeps of a member's being signed in, read and ended for the graph. */
@Injectable()
export class SessionsStore {
  constructor(private readonly db: DataSource) {}

  async listOfMember(memberId: string): Promise<SessionRow[]> {
    return rows(
      this.db,
      `SELECT encode(held.id_hash, 'hex') AS id, held.expires_at AS "endsAt",
         coalesce(client.metadata->>'client_name', held.payload->>'clientId') AS application,
         to_timestamp((held.payload->>'iat')::bigint) AS "signedInAt",
         to_timestamp(greatest((held.payload->>'iat')::bigint, given.last_at)) AS "lastUsedAt"
       FROM (SELECT held.* FROM ${grantsOfMember}) held
       LEFT JOIN issuer_client client ON client.id = held.payload->>'clientId'
       CROSS JOIN LATERAL (
         SELECT max((token.payload->>'iat')::bigint) AS last_at FROM issuer_record token
         WHERE token.account_id = held.account_id AND ${hashOfGrant('token.grant_id')} = held.id_hash) given
       ORDER BY "lastUsedAt" DESC, id`,
      [memberId],
    );
  }

  /** The grant, what was given under it, and the session of the browser that could have it renewed without asking. */
  async end(memberId: string, sessionId: string): Promise<boolean> {
    const found = await row<{ count: number }>(
      this.db,
      `WITH chosen AS (
         SELECT held.id_hash, held.account_id FROM ${grantsOfMember} AND encode(held.id_hash, 'hex') = $2),
       ended AS (
         DELETE FROM issuer_record record USING chosen WHERE record.account_id = chosen.account_id AND (
           (record.model = 'Grant' AND record.id_hash = chosen.id_hash)
           OR ${hashOfGrant('record.grant_id')} = chosen.id_hash
           OR (record.model = 'Session' AND EXISTS (
             SELECT FROM jsonb_each(record.payload->'authorizations') authorized
             WHERE ${hashOfGrant("authorized.value->>'grantId'")} = chosen.id_hash))))
       SELECT count(*)::integer AS count FROM chosen`,
      [memberId, sessionId],
    );
    return found?.count === 1;
  }

  /** How many there were; whatever else the issuer keeps of the account goes too. */
  async endAll(whose: { memberId: string } | { accountId: string }): Promise<number> {
    const [column, id] = 'memberId' in whose ? ['member_id', whose.memberId] : ['id', whose.accountId];
    const found = await row<{ count: number }>(
      this.db,
      `WITH ended AS (
         DELETE FROM issuer_record record USING account
         WHERE account.${column} = $1::uuid AND record.account_id = account.id::text
         RETURNING record.model, record.expires_at)
       SELECT count(*)::integer AS count FROM ended WHERE model = 'Grant' AND expires_at > now()`,
      [id],
    );
    return found?.count ?? 0;
  }
}
