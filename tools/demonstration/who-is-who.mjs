/** Which organisation and which member plays which part: by what they are, so that the same county has the same people. */

/** A district's campaign of about so many voters, and a town's of so many. */
const districtVoters = 800;
const townVoters = 200;

/** Who serves hours and has a passbook. */
const depositorCount = 12;

export function castCounty(county) {
  const tree = treeOf(county);
  const districtCode = 'YS01';
  const district = tree.closest(districtVoters, districtCode);
  const town = tree.closest(townVoters, district, district);
  const districtUnions = tree.unionsBelow(district);
  const townUnions = tree.unionsBelow(town);
  const home = homeOf(county, townUnions);
  const elsewhere = county.unions.find(({ code }) => code.startsWith('YS03'));

  const atHome = [...county.membersOf(home)];
  const elder = oldest(atHome.filter(isVerified));
  const [one, two, three, four, ...others] = atHome.filter((member) => isVerified(member) && member !== elder);
  return {
    districtCode,
    /** Codes of the organisations whose members make the electorates of the two closed campaigns. */
    districtElectorate: district,
    townElectorate: town,
    districtUnions,
    townUnions,
    /** The union of most of the people below. */
    home,
    people: {
      'member-1': one,
      'member-2': two,
      'member-3': three,
      'member-4': four,
      'member-5': [...county.membersOf(elsewhere)].find(isVerified),
      'elder-1': elder,
      'member-unverified': atHome.find((member) => !isVerified(member)),
    },
    depositors: [two, three, ...others].slice(0, depositorCount),
  };
}

export function isVerified({ verifiedBy }) {
  return verifiedBy !== null;
}

/** The union with the oldest member, among those that have everybody who is needed. */
function homeOf(county, unions) {
  const fit = unions
    .map((union) => ({ union, members: [...county.membersOf(union)] }))
    .filter(({ members }) => members.filter(isVerified).length > depositorCount + 2 && !members.every(isVerified))
    .map(({ union, members }) => ({ union, elder: oldest(members.filter(isVerified)) }));
  if (fit.length === 0) throw new RangeError('The county is too small for its people: it needs more members.');
  return fit.reduce((best, one) => (one.elder.birthDate < best.elder.birthDate ? one : best)).union;
}

function oldest(members) {
  return members.reduce((best, member) => (member.birthDate < best.birthDate ? member : best));
}

function treeOf({ organisations, unions }) {
  const parents = new Map(organisations.map(({ code, parentCode }) => [code, parentCode]));
  const above = (code) => {
    const way = [];
    for (let at = code; at !== null; at = parents.get(at)) way.push(at);
    return way;
  };
  const sizes = new Map();
  for (const { code, size } of unions) for (const at of above(code)) sizes.set(at, (sizes.get(at) ?? 0) + size);
  return {
    /** The code below `topCode`, or that one, whose number of members comes closest; never `notThis`. */
    closest(memberCount, topCode, notThis) {
      const distance = (code) => Math.abs(sizes.get(code) - memberCount);
      return [...sizes.keys()]
        .filter((code) => code !== notThis && above(code).includes(topCode))
        .reduce((best, code) => (distance(code) < distance(best) ? code : best));
    },
    unionsBelow: (topCode) => unions.filter(({ code }) => above(code).includes(topCode)),
  };
}
