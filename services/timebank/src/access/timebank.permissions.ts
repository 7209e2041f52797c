import { anyOf, coveredByConsent, defineRules, hasRole, ownedBy, type RoleName } from '@zhijia/access';

/** Who reads the time accounts of their organisations' subtrees. */
export const accountReaders = [
  'chair',
  'secretary',
  'treasurer',
  'supervisor',
  'auditor',
] as const satisfies readonly RoleName[];

/** Who vouches for hours served in their organisations' subtrees. */
export const visitPosters = [
  'chair',
  'secretary',
  'treasurer',
  'service-provider',
] as const satisfies readonly RoleName[];

/** Who takes posted hours back. */
export const visitReversers = ['chair', 'secretary'] as const satisfies readonly RoleName[];

/** Who sees visits of their organisations' subtrees. */
export const visitReaders = [...accountReaders, 'service-provider'] as const satisfies readonly RoleName[];

/** Who may reach which fields: the rules that the schema names in `@access`. Which rows is part of the queries. */
export const timebankRules = defineRules({
  /** On a member. */
  accountOfMember: anyOf(ownedBy('id'), hasRole(...accountReaders)),
  /** On a time account. */
  accountReader: anyOf(ownedBy('memberId'), hasRole(...accountReaders)),
  visitReader: anyOf(ownedBy('depositorMemberId'), ownedBy('servedMemberId'), hasRole(...visitReaders)),
  visitPoster: hasRole(...visitPosters),
  visitReverser: hasRole(...visitReversers),
  consentedTimeAccount: coveredByConsent('TIME_ACCOUNT'),
});
