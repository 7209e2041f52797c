import { anyOf, defineRules, hasRole, ownedBy, type RoleName, type Rule } from '@zhijia/access';

/** The offices that read members of their subtree. An auditor reads figures, not people. */
export const memberReaders = [
  'chair',
  'secretary',
  'treasurer',
  'supervisor',
  'administrator',
] as const satisfies readonly RoleName[];

const people: Rule = {
  describes: 'people who are members',
  dependsOnRow: false,
  allows: (viewer) => viewer.memberId !== null,
};

const self = ownedBy('id');
const officers = hasRole(...memberReaders);

/** Who may reach which fields: the rules that the schema names in `@access`. */
export const membersRules = defineRules({
  people,
  /** The member themselves. */
  self,
  /** Which members, and in which subtree, is part of the query. */
  officers,
  selfOrOfficers: anyOf(self, officers),
  /** Who may import; how far, the import asks line by line. */
  administrators: hasRole('administrator'),
  partnerBanks: hasRole('bank-client'),
});
