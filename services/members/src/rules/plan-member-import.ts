import type { verificationLevels } from '@zhijia/contracts';
import type { ImportProblem } from './import-problem.js';
import type { Stratum } from './read-cell.js';
import type { Attestation, MemberLine, MemberStatus } from './read-member-line.js';

export type VerificationLevel = (typeof verificationLevels)[number];

/** What the register holds of one member, opened. */
export interface RegisteredMember {
  readonly id: string;
  readonly version: number;
  readonly fullName: string;
  readonly phone: string;
  readonly facts: MemberFacts;
  /** Whether the caller may change this member. */
  readonly isInReach: boolean;
}

/** What the register says of a member, without what is sealed. */
export interface MemberFacts {
  readonly organisationId: string;
  readonly memberNumber: string | null;
  readonly strata: readonly Stratum[];
  readonly joinedOn: string;
  readonly verification: VerificationLevel;
  readonly verifiedBy: string | null;
  readonly verifiedOn: string | null;
  readonly status: MemberStatus;
}

/** The organisation that the line names; null when no organisation has that code. */
export interface NamedOrganisation {
  readonly id: string;
  readonly isDissolved: boolean;
  readonly isInReach: boolean;
}

export interface MemberRegister {
  readonly organisation: NamedOrganisation | null;
  /** The person with the line's ID number. */
  readonly member: RegisteredMember | null;
  /** Whoever holds the line's member number. */
  readonly numberHolder: { readonly memberId: string; readonly isInReach: boolean } | null;
}

export type MemberChange = 'REGISTERED' | 'MOVED' | 'CORRECTED' | 'LEFT' | 'REJOINED';

export type MemberPlan =
  | { readonly kind: 'register'; readonly facts: MemberFacts }
  | {
      readonly kind: 'correct';
      readonly member: RegisteredMember;
      readonly facts: MemberFacts;
      readonly change: Exclude<MemberChange, 'REGISTERED'>;
      readonly changedFields: readonly string[];
    }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly problem: ImportProblem };

/**
 * What a well-formed line does to the register. A person outside the caller's reach is never told of: the line needs
 * verification, and who looks into it sees why.
 */
export function planMemberImport(line: MemberLine, register: MemberRegister): MemberPlan {
  const { organisation, member, numberHolder } = register;
  if (organisation === null) return refused('organisationCode', 'ORGANISATION_UNKNOWN');
  if (!organisation.isInReach) return refused('organisationCode', 'OUT_OF_REACH');
  if (member !== null && !member.isInReach) return refused('idNumber', 'NEEDS_VERIFICATION');
  if (numberHolder !== null && numberHolder.memberId !== member?.id) {
    return refused('memberNumber', numberHolder.isInReach ? 'MEMBER_NUMBER_TAKEN' : 'NEEDS_VERIFICATION');
  }
  const facts = factsAfter(line, organisation.id, member?.facts ?? null);
  if (organisation.isDissolved && facts.status === 'ACTIVE' && facts.organisationId !== member?.facts.organisationId) {
    return refused('organisationCode', 'ORGANISATION_DISSOLVED');
  }
  if (member === null) return { kind: 'register', facts };
  const changedFields = differences(line, facts, member);
  if (changedFields.length === 0) return { kind: 'unchanged' };
  return { kind: 'correct', member, facts, change: changeOf(member.facts, facts), changedFields };
}

function refused(field: string, code: ImportProblem['code']): MemberPlan {
  return { kind: 'refused', problem: { field, code } };
}

function factsAfter(line: MemberLine, organisationId: string, before: MemberFacts | null): MemberFacts {
  return {
    organisationId,
    memberNumber: line.memberNumber === undefined ? (before?.memberNumber ?? null) : line.memberNumber,
    strata: line.strata ?? before?.strata ?? [],
    joinedOn: line.joinedOn,
    status: line.status ?? before?.status ?? 'ACTIVE',
    ...verificationAfter(line.attestation, before),
  };
}

type Verification = Pick<MemberFacts, 'verification' | 'verifiedBy' | 'verifiedOn'>;

/** A list attests; it neither gives nor takes a verified identity, which the person proved. */
function verificationAfter(attestation: Attestation | null | undefined, before: MemberFacts | null): Verification {
  const stands = before ?? { verification: 'NONE', verifiedBy: null, verifiedOn: null };
  const kept = { verification: stands.verification, verifiedBy: stands.verifiedBy, verifiedOn: stands.verifiedOn };
  if (attestation === undefined || stands.verification === 'IDENTITY_VERIFIED') return kept;
  return attestation === null
    ? { verification: 'NONE', verifiedBy: null, verifiedOn: null }
    : { verification: 'UNION_ATTESTED', ...attestation };
}

function differences(line: MemberLine, facts: MemberFacts, member: RegisteredMember): string[] {
  const sealed = (['fullName', 'phone'] as const).filter((name) => line[name] !== member[name]);
  const told = (Object.keys(facts) as (keyof MemberFacts)[]).filter(
    (name) => textOf(facts[name]) !== textOf(member.facts[name]),
  );
  return [...sealed, ...told];
}

/** `null` and the text "null" differ; strata come in the order of the contract. */
function textOf(fact: string | readonly string[] | null): string {
  return JSON.stringify(fact);
}

function changeOf(before: MemberFacts, after: MemberFacts): Exclude<MemberChange, 'REGISTERED'> {
  if (before.status !== after.status) return after.status === 'LEFT' ? 'LEFT' : 'REJOINED';
  return before.organisationId === after.organisationId ? 'CORRECTED' : 'MOVED';
}
