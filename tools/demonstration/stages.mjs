import { untilArrived } from './arrivals.mjs';
import { giveConsent } from './give-consent.mjs';
import { openRegister } from './register.mjs';
import { actingDepartments, allIdentities, officeIdentity } from './identities.mjs';
import { importCounty, writeCounty } from './import-county.mjs';
import { castBallots, identitiesOf, openCampaign, untilState, votersOf } from './run-campaign.mjs';
import { filePlans, fileResults, publish, rate, untilEscalated, untilOpened } from './run-rectifications.mjs';
import { createOffers, postVisits, redeem, takeVisitBack } from './run-time-and-points.mjs';
import { campaigns } from './story.mjs';

const finished = ['PUBLISHED', 'NOT_VALID', 'WITHOUT_RESULT'];

/** In the county's own campaign some take part for a start: so many in a thousand, and so many at most. */
const firstVotersPerMille = 60;
const mostFirstVoters = 300;

/**
 * What happens, in its order, each at its own time: so many days ago. A stage that was broken off is done again from its
 * beginning, so what it does must be the same the second time.
 */
export const stages = [
  { name: 'register', daysAgo: 75, run: registerCounty },
  { name: 'district campaign opens', daysAgo: 70, run: openDistrictCampaign },
  { name: 'district ballots', daysAgo: 66, run: castDistrictBallots },
  { name: 'district campaign closes', daysAgo: 60, run: awaitDistrictResult },
  { name: 'first visits', daysAgo: 58, run: postFirstVisits },
  { name: 'rectification plans', daysAgo: 52, run: fileDistrictPlans },
  { name: 'rectification results', daysAgo: 40, run: fileDistrictResults },
  { name: 'publication', daysAgo: 36, run: publishDistrictResult },
  { name: 'raters', daysAgo: 33, run: rateDistrictResult },
  { name: 'escalation', daysAgo: 20, run: awaitEscalation },
  { name: 'town campaign', daysAgo: 19, run: runTownCampaign },
  { name: 'town campaign closes', daysAgo: 12, run: awaitTownResult },
  { name: 'county campaign', daysAgo: 9, run: openCountyCampaign },
  { name: 'county ballots', daysAgo: 6, run: castCountyBallots },
  { name: 'later visits', daysAgo: 4, run: postLaterVisits },
  { name: 'redemptions', daysAgo: 3, run: redeemPoints },
  { name: 'consent', daysAgo: 2, run: letBankRead },
  { name: 'today', daysAgo: 0, run: arriveToday },
];

/** What every stage after the first needs: the register's ids for officers and people. */
export async function openOffices(load) {
  const { county, ask, progress } = load;
  const { rootId } = progress.facts();
  const city = officeIdentity('city-officer', 'chair', rootId);
  load.register = openRegister({ ask, county, officer: city, rootId });
  const districtId = await load.register.idOf(load.cast.districtCode);
  load.officers = {
    city,
    district: officeIdentity('district-officer', 'chair', districtId),
    treasurer: officeIdentity('union-treasurer', 'treasurer', await load.register.idOf(load.cast.home.code)),
  };
}

async function registerCounty(load) {
  const { county, progress, say } = load;
  const files = await writeCounty(county, load.directory);
  await importCounty(files, load.membersEnvironment, say);
  progress.note({ rootId: await load.findRootId() });
  await openOffices(load);
  await writeIdentities(load);
  await untilArrived(load.databases, {
    organisations: county.organisations.length,
    members: county.memberCount,
  });
}

async function writeIdentities(load) {
  const { register, cast, progress } = load;
  const names = Object.keys(cast.people);
  const people = await identitiesOf(load, Object.values(cast.people));
  const departments = Object.fromEntries(
    await Promise.all(Object.entries(actingDepartments).map(async ([name, code]) => [name, await register.idOf(code)])),
  );
  load.writeIdentities(
    allIdentities(Object.fromEntries(names.map((name, place) => [name, people[place]])), {
      root: progress.facts().rootId,
      district: await register.idOf(cast.districtCode),
      home: await register.idOf(cast.home.code),
      departments,
    }),
  );
}

async function openDistrictCampaign(load) {
  await openCampaign(load, 'district', {
    organiser: load.officers.district,
    organiserCode: load.cast.districtCode,
    electorateCode: load.cast.districtElectorate,
    days: 9,
  });
}

async function castDistrictBallots(load) {
  const voters = votersOfDistrict(load);
  load.say(`${await castBallots(load, 'district', voters)} ballots of ${voters.length} members`);
}

function votersOfDistrict(load) {
  const { people, districtUnions } = load.cast;
  return votersOf(load, 'district', {
    unions: districtUnions,
    perMille: campaigns.district.turnoutPerMille,
    withMembers: [people['member-1'], people['member-2'], people['member-3']],
    withoutMembers: [people['member-4']],
  });
}

async function awaitDistrictResult(load) {
  const campaignId = load.progress.facts().district;
  await untilState(load, load.officers.district, campaignId, finished);
  await districtTasks(load);
}

function districtTasks(load) {
  return untilOpened(load, load.officers.city, load.progress.facts().district, campaigns.district.targets);
}

async function postFirstVisits(load) {
  const { people, depositors } = load.cast;
  await postVisits(load, 'first-visits', {
    treasurer: load.officers.treasurer,
    depositors: [...depositors, people['elder-1']],
    served: people['elder-1'],
    visitsEach: 3,
    withinDays: 12,
  });
}

async function fileDistrictPlans(load) {
  await filePlans(load, await districtTasks(load));
}

async function fileDistrictResults(load) {
  await fileResults(load, await districtTasks(load));
}

async function publishDistrictResult(load) {
  await publish(load, load.officers.district, await districtTasks(load));
}

async function rateDistrictResult(load) {
  const voters = votersOfDistrict(load);
  // The first of them are left to whoever tries it out.
  await rate(load, await districtTasks(load), voters.slice(2, 42));
}

async function awaitEscalation(load) {
  await untilEscalated(load, load.officers.city, load.progress.facts().district);
}

async function runTownCampaign(load) {
  const { people, districtCode, townElectorate, townUnions } = load.cast;
  await openCampaign(load, 'town', {
    organiser: load.officers.district,
    organiserCode: districtCode,
    electorateCode: townElectorate,
    days: 6,
  });
  const voters = votersOf(load, 'town', {
    unions: townUnions,
    perMille: campaigns.town.turnoutPerMille,
    withMembers: [people['member-2'], people['member-3']],
    withoutMembers: [people['member-1'], people['member-4']],
  });
  load.say(`${await castBallots(load, 'town', voters)} ballots of ${voters.length} members`);
}

async function awaitTownResult(load) {
  const campaignId = load.progress.facts().town;
  await untilState(load, load.officers.district, campaignId, finished);
  await untilOpened(load, load.officers.city, campaignId, campaigns.town.targets);
}

async function openCountyCampaign(load) {
  const { progress, officers } = load;
  await openCampaign(load, 'county', {
    organiser: officers.city,
    organiserCode: 'YS',
    electorateCode: 'YS',
    days: 30,
  });
  await createOffers(load, officers.city, progress.facts().rootId);
}

async function castCountyBallots(load) {
  const { county, cast } = load;
  const { people, districtUnions } = cast;
  const unions = [...new Set([...districtUnions.slice(0, 6), ...someUnionsOfEveryDistrict(county, 4), cast.home])];
  const firstVoters = Math.min(mostFirstVoters, (county.memberCount * firstVotersPerMille) / 1_000);
  const memberCount = unions.reduce((all, { size }) => all + size, 0);
  const voters = votersOf(load, 'county', {
    unions,
    perMille: Math.round((firstVoters * 1_000) / memberCount),
    withMembers: [people['member-2'], people['member-3']],
    withoutMembers: ['member-1', 'member-4', 'member-5', 'elder-1'].map((name) => people[name]),
  });
  load.say(`${await castBallots(load, 'county', voters)} ballots of ${voters.length} members`);
}

function someUnionsOfEveryDistrict({ organisations, unions }, count) {
  const districts = organisations.filter(({ kind, level }) => kind === 'FEDERATION' && level === 2);
  return districts.flatMap(({ code }) => {
    const own = unions.filter((union) => union.code.startsWith(code));
    const stride = Math.max(1, Math.floor(own.length / count));
    return own.filter((_, place) => place % stride === 0).slice(0, count);
  });
}

async function postLaterVisits(load) {
  const { people, depositors } = load.cast;
  const visits = await postVisits(load, 'later-visits', {
    treasurer: load.officers.treasurer,
    depositors,
    served: people['elder-1'],
    visitsEach: 4,
    withinDays: 28,
  });
  await takeVisitBack(load, load.officers.city, visits[1].at(-1));
}

async function redeemPoints(load) {
  const { people, depositors } = load.cast;
  await redeem(load, [people['member-3']], 0);
  const redeemers = votersOfDistrict(load).filter(
    ({ number }) => !depositors.some((depositor) => depositor.number === number),
  );
  await redeem(load, redeemers.slice(1, 13), 1);
}

async function letBankRead(load) {
  const [member] = await identitiesOf(load, [load.cast.people['member-2']]);
  await giveConsent(member.memberId, load.membersEnvironment);
}

async function arriveToday(load) {
  await untilState(load, load.officers.city, load.progress.facts().county, ['OPEN']);
}
