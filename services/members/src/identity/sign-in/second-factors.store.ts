import { execute, row, type Queryable } from '@zhijia/database';

const wrongAnswersAllowed = 5;
const pauseMinutes = 15;
const isPauseOver = `coalesce(wrong_since < now() - interval '${pauseMinutes} minutes', true)`;

export interface SecondFactorRow {
  readonly secretSealed: Buffer;
  readonly isConfirmed: boolean;
  readonly lastStep: number;
  /** Too many wrong answers: for a while none is taken. */
  readonly isPaused: boolean;
  /** The time now, milliseconds since 1970. */
  readonly nowMs: number;
}

/** The rows of second factors, and how many wrong answers each may get. */
export class SecondFactorsStore {
  /** One that is there already stays as it is. */
  async begin(db: Queryable, accountId: string, secretSealed: Buffer): Promise<void> {
    await execute(
      db,
      `INSERT INTO second_factor (account_id, secret_sealed) VALUES ($1, $2) ON CONFLICT (account_id) DO NOTHING`,
      [accountId, secretSealed],
    );
  }

  async lock(db: Queryable, accountId: string): Promise<SecondFactorRow> {
    const found = await row<SecondFactorRow>(
      db,
      `SELECT secret_sealed AS "secretSealed", confirmed_at IS NOT NULL AS "isConfirmed", last_step AS "lastStep",
         wrong_answers >= ${wrongAnswersAllowed} AND NOT (${isPauseOver}) AS "isPaused",
         floor(extract(epoch FROM now()) * 1000)::float8 AS "nowMs"
       FROM second_factor WHERE account_id = $1 FOR UPDATE`,
      [accountId],
    );
    if (found === null) throw new Error('A second factor is asked for only where one was set up');
    return found;
  }

  async countWrongAnswer(db: Queryable, accountId: string): Promise<void> {
    await execute(
      db,
      `UPDATE second_factor SET
         wrong_answers = CASE WHEN ${isPauseOver} THEN 1 ELSE wrong_answers + 1 END,
         wrong_since = CASE WHEN ${isPauseOver} THEN now() ELSE wrong_since END
       WHERE account_id = $1`,
      [accountId],
    );
  }

  /** The code of this step was right: it and those before it are used up. */
  async confirm(db: Queryable, accountId: string, step: number): Promise<void> {
    await execute(
      db,
      `UPDATE second_factor SET last_step = $2, confirmed_at = coalesce(confirmed_at, now()), wrong_answers = 0,
         wrong_since = NULL WHERE account_id = $1`,
      [accountId, step],
    );
  }
}
