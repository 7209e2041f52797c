import { coveredByConsent, defineRules, hasRole, ownedBy, people, type RoleName } from '@zhijia/access';

/** Who makes offers for the members of an organisation, and takes them back. */
export const offerOfficers = ['chair', 'secretary'] as const satisfies readonly RoleName[];

/** Who sees every offer of their organisations' subtrees on the dashboard. */
export const offerReaders = [
  ...offerOfficers,
  'treasurer',
  'supervisor',
  'auditor',
] as const satisfies readonly RoleName[];

/** Who may reach which fields: the rules that the schema names in `@access`. Which rows is part of the queries. */
export const benefitsRules = defineRules({
  /** On a member: the member themselves. */
  self: ownedBy('id'),
  /** On points and what they were spent on: the member they belong to. */
  accountOwner: ownedBy('memberId'),
  people,
  offerOfficer: hasRole(...offerOfficers),
  consentedPoints: coveredByConsent('POINTS'),
});
