import { homeQuery } from '../graph/home-query.mjs';

/**
 * The ten reads that people's phones and officers' screens ask most.
 *
 * @returns a list of `{ name, audience, personOf(member), query, variablesOf(member) }`
 */
export function usedReads({ county, campaign }) {
  const asMember = ({ id, organisationId }) => ({
    audience: 'mobile',
    subject: id,
    memberId: id,
    roles: [{ role: 'member', organisationId }],
  });
  const asSecretary = () => county.secretary;
  const mobile = (name, query, variablesOf = () => ({})) => ({
    name,
    audience: 'mobile',
    personOf: asMember,
    query,
    variablesOf,
  });
  const dashboard = (name, query, variablesOf) => ({
    name,
    audience: 'dashboard',
    personOf: asSecretary,
    query,
    variablesOf,
  });
  const ofCampaign = () => ({ id: campaign.id });
  return [
    mobile('home', homeQuery),
    mobile(
      'own profile',
      `{ me { fullName maskedPhone maskedIdNumber memberNumber joinedOn verification organisation { nameZh } } }`,
    ),
    mobile(
      'ballot paper',
      `query ($id: ID!) { campaign(id: $id) { titleZh targets { id nameZh } canTakePart { isPossible }
         ballotPaper { slot manifestHash manifestUrl } } }`,
      ofCampaign,
    ),
    mobile('campaigns', `{ campaigns(first: 20) { edges { node { id titleZh state closesAt } } } }`),
    mobile('offers', `{ offers(first: 20) { edges { node { id titleZh } } } }`),
    dashboard(
      'one member',
      `query ($id: ID!) { member(id: $id) { maskedName organisation { nameZh } timeAccount { balanceMinutes } } }`,
      ({ id }) => ({ id }),
    ),
    dashboard(
      'members of a union',
      `query ($id: ID!) { members(organisationId: $id, first: 50) { edges { node { id maskedName joinedOn } } } }`,
      ({ organisationId }) => ({ id: organisationId }),
    ),
    dashboard(
      'organisations below one',
      `query ($id: ID!) { organisations(parentId: $id, first: 50) { edges { node { id nameZh kind } } } }`,
      () => ({ id: county.root.id }),
    ),
    dashboard(
      'participation',
      `query ($id: ID!) { campaign(id: $id) { state turnout { electorateSize tookPart share }
         participationByOrganisation(first: 50) { edges { node { nameZh electorateSize tookPart share } } } } }`,
      ofCampaign,
    ),
    dashboard('rectifications', `{ rectifications(first: 20) { edges { node { id } } } }`, () => ({})),
  ];
}
