import type { Queryable } from '@zhijia/database';
import type { FieldCipher } from '@zhijia/pii';
import { Secret, TOTP } from 'otpauth';
import type { SecondFactorRow, SecondFactorsStore } from './second-factors.store.js';

const period = 30;
/** One step back and one ahead: a telephone's clock is a little off. */
const toleratedSteps = 1;

/** Roles that sign in with two factors: what they can do reaches everybody. */
export const rolesWithSecondFactor = ['administrator', 'auditor'] as const;

/** What an authenticator application is set up with; shown until the first code confirms it. */
export interface Enrolment {
  readonly secret: string;
  readonly uri: string;
}

/** Time-based one-time passwords (RFC 6238) of an authenticator application. */
export class SecondFactor {
  constructor(
    private readonly factors: SecondFactorsStore,
    private readonly cipher: FieldCipher,
    private readonly issuerName: string,
  ) {}

  /** The set-up to show, or null where the factor is confirmed and only a code is asked for. */
  async enrolment(db: Queryable, accountId: string): Promise<Enrolment | null> {
    const fresh = new Secret({ size: 20 });
    await this.factors.begin(db, accountId, this.cipher.seal(placeOf(accountId), fresh.base32));
    const factor = await this.factors.lock(db, accountId);
    if (factor.isConfirmed) return null;
    const totp = this.totpOf(accountId, factor);
    return { secret: totp.secret.base32, uri: totp.toString() };
  }

  /** Accepts each code once; the first one confirms the set-up. Five wrong ones make it pause for a quarter of an hour. */
  async accepts(db: Queryable, accountId: string, code: string): Promise<boolean> {
    const factor = await this.factors.lock(db, accountId);
    if (factor.isPaused) return false;
    const timestamp = factor.nowMs;
    const delta = this.totpOf(accountId, factor).validate({ token: code, timestamp, window: toleratedSteps });
    const step = delta === null ? null : Math.floor(timestamp / (period * 1_000)) + delta;
    if (step === null || step <= factor.lastStep) {
      await this.factors.countWrongAnswer(db, accountId);
      return false;
    }
    await this.factors.confirm(db, accountId, step);
    return true;
  }

  private totpOf(accountId: string, factor: SecondFactorRow): TOTP {
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

function placeOf(accountId: string): { table: string; column: string; rowId: string } {
  return { table: 'second_factor', column: 'secret_sealed', rowId: accountId };
}
