import {
  planMemberImport,
  type MemberFacts,
  type MemberRegister,
  type RegisteredMember,
} from './plan-member-import.js';
import type { MemberLine } from './read-member-line.js';

const line: MemberLine = {
  lineNumber: 2,
  fullName: '张三',
  idNumber: '990000198001010017',
  phone: '13900000001',
  organisationCode: 'B1',
  joinedOn: '2020-01-31',
};
const facts: MemberFacts = {
  organisationId: 'b1',
  memberNumber: null,
  strata: [],
  joinedOn: '2020-01-31',
  verification: 'NONE',
  verifiedBy: null,
  verifiedOn: null,
  status: 'ACTIVE',
};
const member: RegisteredMember = {
  id: 'm',
  version: 3,
  fullName: '张三',
  phone: '13900000001',
  facts,
  isInReach: true,
};
const b1 = { id: 'b1', isDissolved: false, isInReach: true };
const register = (parts: Partial<MemberRegister> = {}): MemberRegister => ({
  organisation: b1,
  member: null,
  numberHolder: null,
  ...parts,
});
const attestation = { verifiedBy: '市总工会', verifiedOn: '2024-03-01' };

describe('planMemberImport', () => {
  it('registers who is new', () => {
    expect(planMemberImport(line, register())).toEqual({ kind: 'register', facts });
  });

  it('attests who comes with both columns', () => {
    expect(planMemberImport({ ...line, attestation }, register())).toEqual({
      kind: 'register',
      facts: { ...facts, verification: 'UNION_ATTESTED', ...attestation },
    });
  });

  it('changes nothing where the line says what is stored', () => {
    expect(planMemberImport(line, register({ member }))).toEqual({ kind: 'unchanged' });
  });

  it.each<[string, Partial<MemberLine>, string, string[]]>([
    ['another name', { fullName: '章三' }, 'CORRECTED', ['fullName']],
    ['another phone', { phone: '13900000002' }, 'CORRECTED', ['phone']],
    ['strata', { strata: ['MODEL_WORKER'] }, 'CORRECTED', ['strata']],
    ['an attestation', { attestation }, 'CORRECTED', ['verification', 'verifiedBy', 'verifiedOn']],
    ['a departure', { status: 'LEFT' }, 'LEFT', ['status']],
  ])('corrects %s and says what changed', (_what, said, change, changedFields) => {
    expect(planMemberImport({ ...line, ...said }, register({ member }))).toMatchObject({
      kind: 'correct',
      change,
      changedFields,
    });
  });

  it('moves a member to the organisation that the line names', () => {
    const plan = planMemberImport(line, register({ member, organisation: { ...b1, id: 'b2' } }));
    expect(plan).toMatchObject({ kind: 'correct', change: 'MOVED', changedFields: ['organisationId'] });
  });

  it('keeps what the file has no column for', () => {
    const rich = { ...member, facts: { ...facts, memberNumber: 'M-1', strata: ['FRONT_LINE'] as const } };
    expect(planMemberImport(line, register({ member: rich }))).toEqual({ kind: 'unchanged' });
    expect(planMemberImport({ ...line, memberNumber: null }, register({ member: rich }))).toMatchObject({
      changedFields: ['memberNumber'],
    });
  });

  it('takes an attestation back, but never a verified identity', () => {
    const attested = { ...member, facts: { ...facts, verification: 'UNION_ATTESTED' as const, ...attestation } };
    expect(planMemberImport({ ...line, attestation: null }, register({ member: attested }))).toMatchObject({
      facts: { verification: 'NONE', verifiedBy: null },
    });
    const verified = { ...member, facts: { ...facts, verification: 'IDENTITY_VERIFIED' as const } };
    expect(planMemberImport({ ...line, attestation: null }, register({ member: verified }))).toEqual({
      kind: 'unchanged',
    });
    expect(planMemberImport({ ...line, attestation }, register({ member: verified }))).toEqual({ kind: 'unchanged' });
  });

  it.each<[string, Partial<MemberRegister>, string, string]>([
    ['an unknown organisation', { organisation: null }, 'organisationCode', 'ORGANISATION_UNKNOWN'],
    ['an organisation out of reach', { organisation: { ...b1, isInReach: false } }, 'organisationCode', 'OUT_OF_REACH'],
    [
      'a dissolved organisation',
      { organisation: { ...b1, isDissolved: true } },
      'organisationCode',
      'ORGANISATION_DISSOLVED',
    ],
    ['a person out of reach', { member: { ...member, isInReach: false } }, 'idNumber', 'NEEDS_VERIFICATION'],
    ['a number in use', { numberHolder: { memberId: 'x', isInReach: true } }, 'memberNumber', 'MEMBER_NUMBER_TAKEN'],
    [
      'a number in use elsewhere',
      { numberHolder: { memberId: 'x', isInReach: false } },
      'memberNumber',
      'NEEDS_VERIFICATION',
    ],
  ])('refuses %s', (_what, parts, field, code) => {
    expect(planMemberImport(line, register(parts))).toEqual({ kind: 'refused', problem: { field, code } });
  });

  it('lets a member stay, be corrected and leave where the organisation is dissolved', () => {
    const organisation = { ...b1, isDissolved: true };
    expect(planMemberImport({ ...line, phone: '13900000002' }, register({ member, organisation })).kind).toBe(
      'correct',
    );
    expect(planMemberImport({ ...line, status: 'LEFT' }, register({ member, organisation })).kind).toBe('correct');
  });
});
