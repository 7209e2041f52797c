import { areaCode, idNumberOf, phoneOf, unifiedCodeOf } from './numbers.mjs';
import { drawGivenName, familyNames } from './people-names.mjs';
import {
  city,
  departments,
  districts,
  firmBranches,
  firmEnds,
  firmStarts,
  publicEmployers,
  townEnds,
  townStarts,
  trades,
} from './place-names.mjs';
import { apportion, randomOf, weighted } from './random.mjs';

/** A county of fewer could not hold a campaign whose cells may be published. */
export const fewestMembers = 600;
export const mostMembers = 1_000_000;

/** The county as of this day; nothing in it is later, so that it can be loaded on any day after. */
const asOf = '2024-12-31';

/** About as many as a base union of the platform in Jiangmen has: 540,000 in 4,603. */
const membersOfAUnion = 117;
const fewestUnionsOfATown = 3;
const membersOfATown = 205;
const fewestTowns = 12;
const mostUnionsOfATown = 40;

/**
 * A county that does not exist: its organisations at once, its members as they are asked for. The same seed and number
 * of members give the same county.
 *
 * @param {{ seed?: string, members: number }} options
 * @returns `{ seed, memberCount, organisations, unions, membersOf(union), members() }`
 */
export function makeCounty({ seed = 'zhijia', members: memberCount }) {
  if (!Number.isInteger(memberCount) || memberCount < fewestMembers || memberCount > mostMembers) {
    throw new RangeError(`A demonstration county has ${fewestMembers} to ${mostMembers} members, not ${memberCount}.`);
  }
  const organisations = layOut(seed, memberCount);
  const unions = organisations.filter(({ kind }) => kind === 'BASE_UNION');
  const membersOf = (union) => membersOfUnion(seed, union);
  return {
    seed,
    memberCount,
    organisations,
    unions,
    membersOf,
    *members() {
      for (const union of unions) yield* membersOf(union);
    },
  };
}

function layOut(seed, memberCount) {
  const random = randomOf(seed, 'organisations');
  const organisations = [];
  const add = (organisation) => {
    const number = organisations.length + 1;
    const { prefix, area, ...told } = organisation;
    const row = { ...told, area, unifiedCode: unifiedCodeOf(prefix, area, number) };
    organisations.push(row);
    return row;
  };
  const root = add({
    code: 'YS',
    nameZh: `${city.nameZh}总工会（演示）`,
    nameEn: `${city.nameEn} Federation of Trade Unions (demonstration)`,
    kind: 'FEDERATION',
    parentCode: null,
    level: 1,
    prefix: '13',
    area: areaCode(-1, -1),
  });
  departments.forEach(([nameZh, nameEn], place) => {
    add({
      code: `YS-B${pad(place + 1, 2)}`,
      nameZh: `${city.nameZh}${nameZh}`,
      nameEn: `${city.nameEn} ${nameEn} (demonstration)`,
      kind: 'DEPARTMENT',
      parentCode: root.code,
      level: 2,
      prefix: '11',
      area: root.area,
    });
  });

  const shares = apportion(
    memberCount,
    districts.map(({ share }) => share),
  );
  const townNames = random.shuffle(townStarts.flatMap((start) => townEnds.map((end) => [start, end])));
  const firmNames = new Set();
  let firstNumber = 0;
  districts.forEach((place, districtNumber) => {
    const district = add({
      code: `YS${pad(districtNumber + 1, 2)}`,
      nameZh: `${place.nameZh}总工会（演示）`,
      nameEn: `${place.nameEn} Federation of Trade Unions (demonstration)`,
      kind: 'FEDERATION',
      parentCode: root.code,
      level: 2,
      prefix: '13',
      area: areaCode(districtNumber, -1),
    });
    const unionCount = Math.round(shares[districtNumber] / membersOfAUnion);
    const townCount = Math.max(
      2,
      Math.min(Math.round(shares[districtNumber] / membersOfATown), Math.round(fewestTowns / districts.length) + 2),
      Math.ceil(unionCount / mostUnionsOfATown),
    );
    const townWeights = Array.from({ length: townCount }, () => random.between(80, 120));
    apportion(shares[districtNumber], townWeights).forEach((townMembers, townNumber) => {
      const [start, end] = townNames.pop();
      const isStreet = place.nameZh.endsWith('区') && random.perMille(600);
      const townZh = `${start[0]}${end[0]}${isStreet ? '街道' : '镇'}`;
      const town = add({
        code: `${district.code}${pad(townNumber + 1, 2)}`,
        nameZh: `${place.nameZh}${townZh}总工会`,
        nameEn: `${start[1]}${end[1]} ${isStreet ? 'Subdistrict' : 'Town'} Federation of Trade Unions (demonstration)`,
        kind: 'FEDERATION',
        parentCode: district.code,
        level: 3,
        prefix: '13',
        area: areaCode(districtNumber, townNumber),
      });
      firstNumber = addUnions({ random, add, town, townZh, townMembers, firstNumber, firmNames });
    });
  });
  return organisations;
}

/** What a town has below it: unions of its own, and two or so federations that gather the unions of a trade. */
function addUnions({ random, add, town, townZh, townMembers, firstNumber, firmNames }) {
  const townEn = town.nameEn.split(' Federation')[0];
  const unionCount = Math.max(fewestUnionsOfATown, Math.round(townMembers / membersOfAUnion));
  const sizes = apportion(
    townMembers,
    Array.from({ length: unionCount }, () => 20 + random.below(60) + (random.perMille(150) ? 180 : 0)),
  );
  const tradeCount = Math.max(1, Math.round(unionCount / 12));
  const federations = random
    .shuffle(trades)
    .slice(0, tradeCount)
    .map(([zh, en], place) =>
      add({
        code: `${town.code}L${place + 1}`,
        nameZh: `${townZh}${zh}工会联合会`,
        nameEn: `${en} Union Federation of ${townEn} (demonstration)`,
        kind: 'UNION_FEDERATION',
        parentCode: town.code,
        level: 4,
        prefix: '89',
        area: town.area,
      }),
    );
  const places = random.shuffle(publicEmployers);
  sizes.forEach((size, place) => {
    const isPublic = place > 0 && place % 4 === 0 && places.length > 0;
    const [nameZh, nameEn] = isPublic ? publicName(places.pop(), townZh, townEn) : firmName(random, firmNames);
    const parent = place > 0 && !isPublic && random.perMille(450) ? random.pick(federations) : town;
    add({
      code: `${town.code}J${pad(place + 1, 3)}`,
      nameZh: `${nameZh}工会`,
      nameEn: `${nameEn} Union (demonstration)`,
      kind: 'BASE_UNION',
      parentCode: parent.code,
      level: parent.level + 1,
      prefix: '81',
      area: town.area,
      place,
      unionsOfTown: unionCount,
      size,
      firstNumber,
    });
    firstNumber += size;
  });
  return firstNumber;
}

function publicName([zh, en], townZh, townEn) {
  return [`${townZh}${zh}`, `${townEn} ${en}`];
}

function firmName(random, taken) {
  for (;;) {
    const [branchZh, branchEn] = random.pick(firmBranches);
    const [startZh, startEn] = random.pick(firmStarts);
    const [endZh, endEn] = random.pick(firmEnds);
    const nameZh = `${city.nameZh}${startZh}${endZh}${branchZh}`;
    if (taken.has(nameZh)) continue;
    taken.add(nameZh);
    return [nameZh, `${startEn}${endEn} ${branchEn}`];
  }
}

const ages = weighted([
  [[18, 24], 80],
  [[25, 29], 135],
  [[30, 34], 175],
  [[35, 39], 180],
  [[40, 44], 140],
  [[45, 49], 120],
  [[50, 54], 105],
  [[55, 59], 40],
  [[60, 69], 17],
  [[70, 82], 8],
]);

/** Groups whose answers campaigns show beside the total, in per mille; a member may be in several. */
const strata = [
  ['党组织负责人', 14],
  ['一线职工', 520],
  ['劳模', 6],
  ['农民工', 330],
  ['困难职工', 18],
];

const [yearOfToday] = asOf.split('-').map(Number);
const lastDay = dayOf(asOf);
const verificationBegan = dayOf('2023-03-01');
const verifiedPerMille = 930;

function* membersOfUnion(seed, union) {
  const random = randomOf(seed, 'members', union.code);
  const isWomensTrade = random.perMille(400);
  const ordersTaken = new Map();
  for (let place = 0; place < union.size; place += 1) {
    const sex = random.perMille(isWomensTrade ? 610 : 380) ? 'female' : 'male';
    const [youngest, oldest] = random.draw(ages);
    const birthYear = yearOfToday - random.between(youngest, oldest);
    let birthDay = dayOf(`${birthYear}-01-01`) + random.below(365);
    let order = orderOf(union, birthDay, sex, ordersTaken);
    while (order === null) order = orderOf(union, (birthDay += 1), sex, ordersTaken);
    const birthDate = dateOf(birthDay);
    const comingOfAge = birthDay + 18 * 366;
    const joinedDay = Math.min(lastDay, comingOfAge + random.below(Math.max(1, lastDay - comingOfAge)));
    const isVerified = random.perMille(verifiedPerMille);
    const verifiedDay = Math.max(joinedDay, verificationBegan);
    const number = union.firstNumber + place;
    const words = strata.filter(([, share]) => random.perMille(share)).map(([word]) => word);
    yield {
      number,
      memberNumber: memberNumberOf(number),
      fullName: random.draw(familyNames) + drawGivenName(random, sex, birthYear),
      sex,
      birthDate,
      idNumber: idNumberOf(union.area, birthDate, order, sex),
      phone: phoneOf(number),
      organisationCode: union.code,
      joinedOn: dateOf(joinedDay),
      strata: words.length === 0 ? ['其他'] : words,
      verifiedBy: isVerified ? union.nameZh : null,
      verifiedOn: isVerified ? dateOf(verifiedDay + random.below(lastDay - verifiedDay + 1)) : null,
    };
  }
}

/** The number on the card of the member who comes so many-th in the county, counted from 0. */
export function memberNumberOf(number) {
  return `YS${pad(number + 1, 7)}`;
}

/**
 * The order number tells people of one area, birth date and sex apart. The unions of a town, which is one area, share
 * the numbers out, so that each can be made without the others.
 *
 * @returns null when the union has no number left for this day
 */
function orderOf(union, birthDay, sex, taken) {
  const mostOfADay = Math.floor(499 / union.unionsOfTown);
  const key = birthDay * 2 + (sex === 'male' ? 1 : 0);
  const count = taken.get(key) ?? 0;
  if (count === mostOfADay) return null;
  taken.set(key, count + 1);
  return union.place * mostOfADay + count;
}

function dayOf(date) {
  return Date.parse(`${date}T00:00:00Z`) / 86_400_000;
}

function dateOf(day) {
  return new Date(day * 86_400_000).toISOString().slice(0, 10);
}

function pad(number, length) {
  return String(number).padStart(length, '0');
}
