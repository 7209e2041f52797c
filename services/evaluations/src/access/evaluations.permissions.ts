import { defineRules, hasRole, ownedBy, people, type RoleName } from '@zhijia/access';

/** Who holds, closes and annuls campaigns in the name of an organisation and of those below it. */
export const campaignOrganisers = ['chair', 'secretary'] as const satisfies readonly RoleName[];

/** Who watches campaigns in their organisations' subtrees. */
export const campaignWatchers = [
  'chair',
  'secretary',
  'treasurer',
  'supervisor',
  'department-officer',
  'auditor',
  'administrator',
] as const satisfies readonly RoleName[];

/** Who may reach which fields: the rules that the schema names in `@access`. */
export const evaluationsRules = defineRules({
  /** Who may hold, close and annul campaigns of their organisations; which ones is asked by the use case. */
  organisers: hasRole(...campaignOrganisers),
  /** Who watches campaigns: which ones, and in which subtree, is part of the query. */
  officers: hasRole(...campaignWatchers),
  people,
  /** The member themselves. */
  self: ownedBy('id'),
  ownParticipation: ownedBy('memberId'),
});
