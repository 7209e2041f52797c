/** Who may be played with `npm run token -- --as <name>`. Scripts and guides rely on these names: they stay. */

export function memberIdentity(memberNumber, memberId, organisationId) {
  return {
    audience: 'mobile',
    subject: `demonstration-${memberNumber}`,
    clientId: 'demonstration-mobile',
    memberId,
    roles: [{ role: 'member', organisationId }],
  };
}

export function officeIdentity(name, role, organisationId, audience = 'dashboard') {
  return {
    audience,
    subject: `demonstration-${name}`,
    clientId: `demonstration-${audience}`,
    memberId: null,
    roles: [{ role, organisationId }],
  };
}

/** Departments that act in the story. */
export const actingDepartments = {
  'department-officer-1': 'YS-B12',
  'department-officer-2': 'YS-B09',
  'department-officer-3': 'YS-B13',
};

const abouts = {
  'member-1': 'verified, 200 points: may vote now in the open campaign, and rate the published rectification',
  'member-2':
    'has voted in the open campaign and may replace that ballot; has a time passbook, and lets a bank read some of it',
  'member-3': 'has taken part three times and redeemed an offer: look at the points statement',
  'member-4': 'verified, never took part: may vote, but may not rate the rectification',
  'member-5': 'of another district: may vote now; the district campaign was not theirs',
  'elder-1': 'saved hours before being visited by others: read the passbook',
  'member-unverified': 'asks whether to take part, and is told why not',
  'city-officer': 'chair of the city federation: participation in the open campaign, results, what departments owe',
  'district-officer': 'chair of a district federation: held the closed campaigns; one rectification awaits publication',
  'department-officer-1': 'of a department that is at work on its rectification: add evidence, file the result',
  'department-officer-2': 'of a department whose plan is due in some weeks: file it',
  'department-officer-3': 'of a department whose plan is overdue and was escalated to the city federation',
  'union-treasurer': 'of a base union: post hours to a member of it, look at its passbooks',
  administrator: 'may import organisations and members, and read import runs',
  auditor: 'reads figures and rectifications, not people',
  'bank-1':
    'a partner bank: the public register entry of an organisation by its unified code, 13990100D00000283W for one, and what member-2 lets it read',
};

/**
 * All identities, in the order in which they are listed.
 *
 * @param {Record<string, object>} members identities of members by name
 * @param {Record<string, string>} organisations ids: root, district, home, and departments by name
 */
export function allIdentities(members, { root, district, home, departments }) {
  const byName = {
    ...members,
    'city-officer': officeIdentity('city-officer', 'chair', root),
    'district-officer': officeIdentity('district-officer', 'chair', district),
    ...Object.fromEntries(
      Object.entries(departments).map(([name, id]) => [name, officeIdentity(name, 'department-officer', id)]),
    ),
    'union-treasurer': officeIdentity('union-treasurer', 'treasurer', home),
    administrator: officeIdentity('administrator', 'administrator', root),
    auditor: officeIdentity('auditor', 'auditor', root),
    'bank-1': officeIdentity('bank-1', 'bank-client', root, 'bank'),
  };
  return Object.entries(abouts)
    .filter(([name]) => byName[name] !== undefined)
    .map(([name, about]) => ({ name, ...byName[name], about }));
}
