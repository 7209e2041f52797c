import { execute, row, type Queryable } from '@zhijia/database';
import type { FieldCipher } from '@zhijia/pii';
import { Secret, TOTP } from 'otpauth';

const period = 30;
/** One step back and one ahead: a telephone's clock is a little off. */
const toleratedSteps = 1;
const wrongAnswersAllowed = 5;
const pauseMinutes = 15;

/** Roles that sign in with two factors: what they can do reaches everybody. */
export const rolesWithSecondFactor = ['administrator', 'auditor'] as const;

interface FactorRow {
  readonly secretSealed: Buffer;
  readonly isConfirmed: boolean;
  readonly lastStep: number;
  readonly isPaused: boolean;
}

/** What an authenticator application is set up with; shown until the first code confirms it. */
export interface Enrolment {
  readonly secret: string;
  readonly uri: string;
}

/** Time-based one-time passwords (RFC 6238) of an authenticator application. */
export class SecondFactor {
  constructor(
    private readonly cipher: FieldCipher,
    private readonly issuerName: string,
  ) {}

  /** The set-up to show, or null where the factor is confirmed and only a code is asked for. */
  async enrolment(db: Queryable, accountId: string): Promise<Enrolment | null> {
    const fresh = new Secret({ size: 20 });
    await execute(
      db,
      `INSERT INTO second_factor (account_id, secret_sealed) VALUES ($1, $2) ON CONFLICT (account_id) DO NOTHING`,
      [accountId, this.cipher.seal(placeOf(accountId), fresh.base32)],
    );
    const factor = await this.hold(db, accountId);
    if (factor.isConfirmed) return null;
    const totp = this.totpOf(accountId, factor);
    return { secret: totp.secret.base32, uri: totp.toString() };
  }

  /** Accepts each code once; the first one confirms the set-up. Five wrong ones make it pause for a quarter of an hour. */
  async accepts(db: Queryable, accountId: string, code: string): Promise<boolean> {
    const factor = await this.hold(db, accountId);
    if (factor.isPaused) return false;
    const now = await row<{ ms: number }>(db, `SELECT floor(extract(epoch FROM now()) * 1000)::float8 AS ms`);
    const timestamp = Number(now?.ms);
    const delta = this.totpOf(accountId, factor).validate({ token: code, timestamp, window: toleratedSteps });
    const step = delta === null ? null : Math.floor(timestamp / (period * 1_000)) + delta;
    if (step === null || step <= factor.lastStep) {
      await execute(
        db,
        `UPDATE second_factor SET
           wrong_answers = CASE WHEN ${isPauseOver} THEN 1 ELSE wrong_answers + 1 END,
           wrong_since = CASE WHEN ${isPauseOver} THEN now() ELSE wrong_since END
         WHERE account_id = $1`,
        [accountId],
      );
      return false;
    }
    await execute(
      db,
      `UPDATE second_factor SET last_step = $2, confirmed_at = coalesce(confirmed_at, now()), wrong_answers = 0,
         wrong_since = NULL WHERE account_id = $1`,
      [accountId, step],
    );
    return true;
  }

  private async hold(db: Queryable, accountId: string): Promise<FactorRow> {
    const found = await row<FactorRow>(
      db,
      `SELECT secret_sealed AS "secretSealed", confirmed_at IS NOT NULL AS "isConfirmed", last_step AS "lastStep",
         wrong_answers >= ${wrongAnswersAllowed} AND NOT (${isPauseOver}) AS "isPaused"
       FROM second_factor WHERE account_id = $1 FOR UPDATE`,
      [accountId],
    );
    if (found === null) throw new Error('A second factor is asked for only where one was set up');
    return found;
  }

  private totpOf(accountId: string, factor: FactorRow): TOTP {
    const secret = Secret.fromBase32(this.cipher.open(placeOf(accountId), factor.secretSealed));
    return new TOTP({
      issuer: this.issuerName,
      label: accountId.slice(0, 8),
      algorithm: 'SHA1',
      digits: 6,
      period,
      secret,
    });
  }
}

const isPauseOver = `coalesce(wrong_since < now() - interval '${pauseMinutes} minutes', true)`;

function placeOf(accountId: string): { table: string; column: string; rowId: string } {
  return { table: 'second_factor', column: 'secret_sealed', rowId: accountId };
}
