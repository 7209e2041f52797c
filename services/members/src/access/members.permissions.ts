import {
  anyOf,
  coveredByConsent,
  defineRules,
  hasRole,
  ownedBy,
  people,
  type RoleName,
  type Rule,
} from '@zhijia/access';
import { appointers } from '../rules/plan-appointment.js';

/** The offices that read members of their subtree. An auditor reads figures, not people. */
export const memberReaders = [
  'chair',
  'secretary',
  'treasurer',
  'supervisor',
  'administrator',
] as const satisfies readonly RoleName[];

/** What nobody decides for another, not even with their code. */
const inPerson: Rule = {
  describes: 'members themselves, nobody who acts for them',
  dependsOnRow: false,
  allows: (viewer) => viewer.memberId !== null && viewer.actingFor === null,
};

/** Who keeps an eye on what organisations owe. Which tasks, the query says. */
export const rectificationReaders = [
  'department-officer',
  'chair',
  'secretary',
  'supervisor',
  'auditor',
  'administrator',
] as const satisfies readonly RoleName[];

/** Who files plans and results of what their organisation owes. */
export const rectificationFilers = ['department-officer', 'chair', 'secretary'] as const satisfies readonly RoleName[];

/** Who publishes them for the federation that organised the campaign. */
export const rectificationPublishers = ['chair', 'secretary'] as const satisfies readonly RoleName[];

/** The offices whose holders may act for a member of their subtree. */
export const agents = ['chair', 'secretary'] as const satisfies readonly RoleName[];

/** Plans and results are public once they are published; before, officers of either side read them. */
const rectificationTexts: Rule = {
  describes: 'everybody once it is published, officers in reach before',
  dependsOnRow: true,
  allows: (viewer, row) => {
    const task = row as { publishedAt: string | null; isInReach: boolean };
    return task.publishedAt !== null || (task.isInReach && viewer.has(...rectificationReaders));
  },
};

/** Who watches over what members let partners read: figures, never whose. */
export const consentAuditors = ['auditor', 'chair'] as const satisfies readonly RoleName[];

const self = ownedBy('id');
const officers = hasRole(...memberReaders);

/** Who may reach which fields: the rules that the schema names in `@access`. */
export const membersRules = defineRules({
  people,
  inPerson,
  /** The member themselves. */
  self,
  /** Which members, and in which subtree, is part of the query. */
  officers,
  selfOrOfficers: anyOf(self, officers),
  /** Who gives offices; which and where, the appointment asks. */
  appointers: hasRole(...appointers),
  /** Who may import; how far, the import asks line by line. */
  administrators: hasRole('administrator'),
  partnerBanks: hasRole('bank-client'),
  /** On a consent: the member who gave it. */
  consentOwner: ownedBy('memberId'),
  /** In which subtree, the query says. */
  consentAuditors: hasRole(...consentAuditors),
  consentedMembership: coveredByConsent('MEMBERSHIP'),
  consentedOrganisation: coveredByConsent('ORGANISATION'),
  consentedName: coveredByConsent('MASKED_NAME'),
  consentedPhone: coveredByConsent('MASKED_PHONE'),
  consentedVerification: coveredByConsent('VERIFICATION'),
  rectificationOfficers: hasRole(...rectificationReaders),
  rectificationPublishers: hasRole(...rectificationPublishers),
  rectificationTexts,
});
