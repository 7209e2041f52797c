import { randomInt, timingSafeEqual } from 'node:crypto';
import { inTransaction, type Queryable } from '@zhijia/database';
import { checkMobileNumber, maskName, type BlindIndex } from '@zhijia/pii';
import type { Log } from '@zhijia/logging';
import type { DataSource } from 'typeorm';
import type { PersonalFields } from '../../members/personal-fields.js';
import type { AccountsStore, Reachable } from '../accounts.store.js';
import type { CodeChannel, CodePurpose, MessageLanguage } from './code-channel.js';
import { planCodeSending } from './rules/plan-code-sending.js';
import { rolesWithSecondFactor, type Enrolment, type SecondFactor } from './second-factor.js';
import type { SignInsStore } from './sign-ins.store.js';

const codeDigits = 6;
const codeLivesMinutes = 5;
/** A million codes, five guesses: one in two hundred thousand, for each message that the owner of the number receives. */
const wrongAnswersAllowed = 5;

export type SignInProblem = 'NUMBER_MALFORMED' | 'WAIT' | 'CODE_WRONG' | 'CODE_OVER' | 'SECOND_FACTOR_WRONG';

/** What the page shows next. */
export type SignInStep =
  | { kind: 'number'; problem?: SignInProblem; waitSeconds?: number }
  | { kind: 'code'; problem?: SignInProblem }
  | { kind: 'person'; people: readonly { choice: string; name: string }[] }
  | { kind: 'secondFactor'; enrolment: Enrolment | null; problem?: SignInProblem }
  | { kind: 'done'; accountId: string; methods: readonly string[] };

/**
 * Signing in by telephone number and one-time code, step by step. The answers to a number that reaches nobody are the
 * same as to one that does: nobody learns here who is a member. A code belongs to the browser that asked for it, so
 * nobody else's guesses use it up.
 */
export class SignIn {
  constructor(
    private readonly db: DataSource,
    private readonly signIns: SignInsStore,
    private readonly accounts: AccountsStore,
    private readonly secondFactor: SecondFactor,
    private readonly personal: PersonalFields,
    private readonly index: BlindIndex,
    private readonly channel: CodeChannel,
    private readonly log: Log,
  ) {}

  /** Sends a code, where somebody is reached under the number. */
  async askForCode(
    interaction: string,
    typedNumber: string,
    requester: string,
    language: MessageLanguage,
    purpose: CodePurpose = 'signIn',
  ): Promise<SignInStep> {
    const number = checkMobileNumber(typedNumber);
    if (!number.ok) return { kind: 'number', problem: 'NUMBER_MALFORMED' };
    const phoneIndex = this.personal.phoneIndex(number.mobileNumber);
    const code = String(randomInt(10 ** codeDigits)).padStart(codeDigits, '0');

    const outcome = await inTransaction(this.db, async (tx) => {
      const plan = planCodeSending(await this.signIns.sentLately(tx, phoneIndex, this.hashOf('requester', requester)));
      if (plan.kind === 'wait') return plan;
      const isReached = (await this.accounts.reachableUnder(phoneIndex)).length > 0;
      await this.signIns.noteSending(tx, phoneIndex, this.hashOf('requester', requester));
      await this.signIns.begin(tx, {
        interactionHash: this.hashOf('interaction', interaction),
        phoneIndex,
        codeMac: isReached ? this.macOf(interaction, code) : null,
        codeLivesSeconds: codeLivesMinutes * 60,
      });
      return { kind: 'send', isReached } as const;
    });
    if (outcome.kind === 'wait') return { kind: 'number', problem: 'WAIT', waitSeconds: outcome.seconds };
    // Not awaited where the answer's time would tell who is reached; a message that fails is asked for again.
    if (outcome.isReached) void this.send(number.mobileNumber, code, language, purpose);
    return { kind: 'code' };
  }

  async answerCode(interaction: string, typedCode: string, requester: string): Promise<SignInStep> {
    return inTransaction(this.db, async (tx) => {
      const interactionHash = this.hashOf('interaction', interaction);
      const signIn = await this.signIns.hold(tx, interactionHash);
      if (signIn === null || signIn.stage !== 'CODE') return { kind: 'number' };
      if (signIn.isCodeExpired || signIn.wrongAnswers >= wrongAnswersAllowed) {
        return { kind: 'number', problem: 'CODE_OVER' };
      }
      const given = this.macOf(interaction, typedCode.replace(/\D/g, '') || '-');
      if (signIn.codeMac === null || !timingSafeEqual(given, signIn.codeMac)) {
        await this.signIns.countWrongAnswer(tx, interactionHash);
        return { kind: 'code', problem: 'CODE_WRONG' };
      }
      await this.signIns.noteLetIn(tx, signIn.phoneIndex, this.hashOf('requester', requester));
      const people = await this.accounts.reachableUnder(signIn.phoneIndex);
      const [only] = people;
      if (people.length === 1 && only !== undefined) return this.letIn(tx, interactionHash, only);
      await this.signIns.advance(tx, interactionHash, 'PERSON', null);
      return { kind: 'person', people: this.namesOf(people) };
    });
  }

  /** Who of those who share the number is signing in. */
  async choosePerson(interaction: string, choice: string): Promise<SignInStep> {
    return inTransaction(this.db, async (tx) => {
      const interactionHash = this.hashOf('interaction', interaction);
      const signIn = await this.signIns.hold(tx, interactionHash);
      if (signIn?.stage !== 'PERSON') return { kind: 'number' };
      const people = await this.accounts.reachableUnder(signIn.phoneIndex);
      const chosen = people.find((person) => choiceOf(person) === choice);
      if (chosen === undefined) return { kind: 'person', people: this.namesOf(people) };
      return this.letIn(tx, interactionHash, chosen);
    });
  }

  async answerSecondFactor(interaction: string, typedCode: string): Promise<SignInStep> {
    return inTransaction(this.db, async (tx) => {
      const interactionHash = this.hashOf('interaction', interaction);
      const signIn = await this.signIns.hold(tx, interactionHash);
      if (signIn?.stage !== 'SECOND_FACTOR' || signIn.accountId === null) return { kind: 'number' };
      if (!(await this.secondFactor.accepts(tx, signIn.accountId, typedCode.replace(/\D/g, '')))) {
        const enrolment = await this.secondFactor.enrolment(tx, signIn.accountId);
        return { kind: 'secondFactor', enrolment, problem: 'SECOND_FACTOR_WRONG' };
      }
      await this.signIns.advance(tx, interactionHash, 'DONE', signIn.accountId);
      return { kind: 'done', accountId: signIn.accountId, methods: ['sms', 'otp', 'mfa'] };
    });
  }

  private async letIn(tx: Queryable, interactionHash: Buffer, person: Reachable): Promise<SignInStep> {
    const accountId = person.accountId ?? (await this.accounts.openForMember(tx, person.memberId ?? ''));
    const account = await this.accounts.find(accountId, tx);
    const needsSecondFactor = account?.roles.some(({ role }) => isAmong(rolesWithSecondFactor, role)) ?? false;
    await this.signIns.advance(tx, interactionHash, needsSecondFactor ? 'SECOND_FACTOR' : 'DONE', accountId);
    if (!needsSecondFactor) return { kind: 'done', accountId, methods: ['sms'] };
    return { kind: 'secondFactor', enrolment: await this.secondFactor.enrolment(tx, accountId) };
  }

  private namesOf(people: readonly Reachable[]): { choice: string; name: string }[] {
    return people.map((person) => ({ choice: choiceOf(person), name: maskName(this.nameOf(person)) }));
  }

  private nameOf({ memberId, accountId, fullNameSealed }: Reachable): string {
    return memberId === null
      ? this.personal.openStaffName(accountId ?? '', fullNameSealed)
      : this.personal.openFullName(memberId, fullNameSealed);
  }

  private async send(phone: string, code: string, language: MessageLanguage, purpose: CodePurpose): Promise<void> {
    try {
      await this.channel.send({ phone, code, language, minutes: codeLivesMinutes, purpose });
    } catch (error) {
      this.log.error({ err: error }, 'A one-time code was not taken over for delivery');
    }
  }

  private macOf(interaction: string, code: string): Buffer {
    return this.index.of({ table: 'sign_in', column: 'code_mac', kind: 'text' }, `${interaction} ${code}`);
  }

  private hashOf(what: 'interaction' | 'requester', text: string): Buffer {
    return this.index.of({ table: 'sign_in', column: `${what}_hash`, kind: 'text' }, text);
  }
}

function choiceOf({ memberId, accountId }: Reachable): string {
  return memberId ?? accountId ?? '';
}

function isAmong(roles: readonly string[], role: string): boolean {
  return roles.includes(role);
}
