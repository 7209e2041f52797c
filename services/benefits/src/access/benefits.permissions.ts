import { defineRules, hasRole, ownedBy } from '@zhijia/access';

/** Who may reach which fields: the rules that the schema names in `@access`. */
export const benefitsRules = defineRules({
  /** On a member: the member themselves. */
  self: ownedBy('id'),
  /** On points and what they were spent on: the member they belong to. */
  accountOwner: ownedBy('memberId'),
  /** Who makes offers for an organisation and takes them back; the use case asks for which. */
  offerOfficer: hasRole('chair', 'secretary'),
});
