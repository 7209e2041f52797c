import { BlindIndex, FieldCipher, readKeyring } from '@zhijia/pii';
import type { PersonalDataConfig } from '../members.config.js';

const idNumberIndex = { table: 'member', column: 'id_number_index', kind: 'idNumber' } as const;
const phoneIndex = { table: 'member', column: 'phone_index', kind: 'mobileNumber' } as const;

export interface PersonalData {
  readonly fullName: string;
  readonly idNumber: string;
  readonly phone: string;
}

export interface SealedPerson {
  readonly fullNameSealed: Buffer;
  readonly idNumberSealed: Buffer;
  readonly phoneSealed: Buffer;
}

/** Seals and opens what a member's row keeps of the person. A class, so that it can be injected. */
export class PersonalFields {
  constructor(
    private readonly cipher: FieldCipher,
    private readonly index: BlindIndex,
  ) {}

  static fromFiles(config: PersonalDataConfig): PersonalFields {
    return new PersonalFields(
      new FieldCipher(readKeyring(config.piiKeyringFile)),
      new BlindIndex(readKeyring(config.piiIndexKeyFile)),
    );
  }

  seal(memberId: string, person: PersonalData): SealedPerson {
    return {
      fullNameSealed: this.cipher.seal(placeOf('full_name_sealed', memberId), person.fullName),
      idNumberSealed: this.cipher.seal(placeOf('id_number_sealed', memberId), person.idNumber),
      phoneSealed: this.cipher.seal(placeOf('phone_sealed', memberId), person.phone),
    };
  }

  openFullName(memberId: string, sealed: Buffer): string {
    return this.cipher.open(placeOf('full_name_sealed', memberId), sealed);
  }

  openIdNumber(memberId: string, sealed: Buffer): string {
    return this.cipher.open(placeOf('id_number_sealed', memberId), sealed);
  }

  openPhone(memberId: string, sealed: Buffer): string {
    return this.cipher.open(placeOf('phone_sealed', memberId), sealed);
  }

  /** Staff who are no members have their names with their accounts. */
  openStaffName(accountId: string, sealed: Buffer): string {
    return this.cipher.open({ table: 'account', column: 'full_name_sealed', rowId: accountId }, sealed);
  }

  sealStaff(
    accountId: string,
    staff: { fullName: string; phone: string },
  ): { fullNameSealed: Buffer; phoneSealed: Buffer } {
    return {
      fullNameSealed: this.cipher.seal(
        { table: 'account', column: 'full_name_sealed', rowId: accountId },
        staff.fullName,
      ),
      phoneSealed: this.cipher.seal({ table: 'account', column: 'phone_sealed', rowId: accountId }, staff.phone),
    };
  }

  /** What to store of an ID number, and what to look for while two versions of the index key live. */
  idNumberIndexes(idNumber: string): { readonly current: Buffer; readonly candidates: readonly Buffer[] } {
    const candidates = this.index.candidates(idNumberIndex, idNumber);
    const current = candidates.find((candidate) => !this.index.needsRotation(candidate));
    if (current === undefined) throw new Error('A keyring holds its current key');
    return { current, candidates };
  }

  phoneIndex(phone: string): Buffer {
    return this.index.of(phoneIndex, phone);
  }
}

function placeOf(column: string, memberId: string): { table: string; column: string; rowId: string } {
  return { table: 'member', column, rowId: memberId };
}
