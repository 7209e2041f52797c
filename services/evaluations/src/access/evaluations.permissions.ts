import { defineRules, hasRole, ownedBy, type Rule } from '@zhijia/access';

const people: Rule = {
  describes: 'people who are members',
  dependsOnRow: false,
  allows: (viewer) => viewer.memberId !== null,
};

/** Who may reach which fields: the rules that the schema names in `@access`. */
export const evaluationsRules = defineRules({
  /** Who may hold, close and annul campaigns of their organisations; which ones is asked by the use case. */
  organisers: hasRole('chair', 'secretary'),
  /** Who watches campaigns: which ones, and in which subtree, is part of the query. */
  officers: hasRole('chair', 'secretary', 'treasurer', 'supervisor', 'department-officer', 'auditor', 'administrator'),
  people,
  /** The member themselves. */
  self: ownedBy('id'),
  ownParticipation: ownedBy('memberId'),
});
