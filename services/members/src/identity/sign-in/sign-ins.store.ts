import { execute, row, type Queryable } from '@zhijia/database';
import type { SentLately } from './rules/plan-code-sending.js';

export type SignInStage = 'CODE' | 'PERSON' | 'SECOND_FACTOR' | 'DONE';

/** One sign-in under way: between the number that was typed and the person who is let in. */
export interface SignInRow {
  readonly phoneIndex: Buffer;
  readonly stage: SignInStage;
  readonly codeMac: Buffer | null;
  readonly isCodeExpired: boolean;
  readonly wrongAnswers: number;
  readonly accountId: string | null;
}

/** Sign-ins under way, by the hash of the interaction they belong to. They are of no use after a quarter of an hour. */
export class SignInsStore {
  /** Begins a sign-in, or begins it again with another number or code. */
  async begin(
    db: Queryable,
    signIn: { interactionHash: Buffer; phoneIndex: Buffer; codeMac: Buffer | null; codeLivesSeconds: number },
  ): Promise<void> {
    await execute(
      db,
      `INSERT INTO sign_in (interaction_hash, phone_index, stage, code_mac, code_expires_at)
       VALUES ($1, $2, 'CODE', $3, now() + make_interval(secs => $4))
       ON CONFLICT (interaction_hash) DO UPDATE SET phone_index = excluded.phone_index, stage = 'CODE',
         code_mac = excluded.code_mac, code_expires_at = excluded.code_expires_at, wrong_answers = 0,
         account_id = NULL, codes_sent = sign_in.codes_sent + 1`,
      [signIn.interactionHash, signIn.phoneIndex, signIn.codeMac, signIn.codeLivesSeconds],
    );
  }

  /** Locks the row: two answers at once count as two. */
  async hold(db: Queryable, interactionHash: Buffer): Promise<SignInRow | null> {
    return row(
      db,
      `SELECT phone_index AS "phoneIndex", stage, code_mac AS "codeMac", code_expires_at < now() AS "isCodeExpired",
         wrong_answers AS "wrongAnswers", account_id AS "accountId"
       FROM sign_in WHERE interaction_hash = $1 AND started_at > now() - interval '1 hour' FOR UPDATE`,
      [interactionHash],
    );
  }

  async countWrongAnswer(db: Queryable, interactionHash: Buffer): Promise<void> {
    await execute(db, `UPDATE sign_in SET wrong_answers = wrong_answers + 1 WHERE interaction_hash = $1`, [
      interactionHash,
    ]);
  }

  /** The code is used up with it. */
  async advance(db: Queryable, interactionHash: Buffer, stage: SignInStage, accountId: string | null): Promise<void> {
    await execute(
      db,
      `UPDATE sign_in SET stage = $2, account_id = $3, code_mac = NULL, wrong_answers = 0 WHERE interaction_hash = $1`,
      [interactionHash, stage, accountId],
    );
  }

  /** One request at a time for one number: what is counted stays true until the message is written down. */
  async sentLately(db: Queryable, phoneIndex: Buffer, requesterHash: Buffer): Promise<SentLately> {
    await db.query(`SELECT pg_advisory_xact_lock(hashtextextended(encode($1::bytea, 'hex'), 0))`, [phoneIndex]);
    const sent = await row<SentLately>(
      db,
      `SELECT
         count(*) FILTER (WHERE phone_index = $1 AND requester_hash = $2 AND sent_at > now() - interval '1 hour')::integer
           AS "toPhoneForRequester",
         count(*) FILTER (WHERE requester_hash = $2 AND sent_at > now() - interval '1 hour')::integer AS "forRequester",
         count(*) FILTER (WHERE phone_index = $1 AND sent_at > now() - interval '1 day')::integer AS "toPhone",
         extract(epoch FROM now() - max(sent_at) FILTER (
           WHERE phone_index = $1 AND requester_hash = $2 AND sent_at > now() - interval '1 hour'))::integer
           AS "secondsSinceLast",
         coalesce(bool_or(has_let_in) FILTER (WHERE phone_index = $1 AND requester_hash = $2), false)
           AS "isKnownRequester"
       FROM code_sending WHERE phone_index = $1 OR requester_hash = $2`,
      [phoneIndex, requesterHash],
    );
    if (sent === null) throw new Error('A count answers one row');
    return sent;
  }

  async noteSending(db: Queryable, phoneIndex: Buffer, requesterHash: Buffer): Promise<void> {
    await execute(db, `INSERT INTO code_sending (phone_index, requester_hash) VALUES ($1, $2)`, [
      phoneIndex,
      requesterHash,
    ]);
  }

  /** From here somebody came in under this number; it is remembered for a quarter of a year. */
  async noteLetIn(db: Queryable, phoneIndex: Buffer, requesterHash: Buffer): Promise<void> {
    await execute(
      db,
      `UPDATE code_sending SET has_let_in = true WHERE id = (
         SELECT max(id) FROM code_sending WHERE phone_index = $1 AND requester_hash = $2)`,
      [phoneIndex, requesterHash],
    );
  }

  async removeOld(db: Queryable): Promise<void> {
    await execute(db, `DELETE FROM sign_in WHERE started_at < now() - interval '1 day'`);
    await execute(
      db,
      `DELETE FROM code_sending WHERE sent_at < now() - CASE WHEN has_let_in THEN interval '90 days' ELSE interval '2 days' END`,
    );
  }
}
