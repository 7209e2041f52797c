/** An organisation of an electorate with its own members (not those below it). */
export interface ElectorateOrganisation {
  readonly organisationId: string;
  readonly path: string;
  readonly nameZh: string;
  readonly nameEn: string | null;
  readonly electorateSize: number;
}

/** Organisations whose participation is shown together: as long as the electorate stands still, so do they. */
export interface ElectorateGroup {
  readonly at: ElectorateOrganisation;
  readonly members: readonly ElectorateOrganisation[];
}

/** How many of a group took part. */
export interface ParticipationGroup {
  readonly organisation: { readonly id: string };
  readonly nameZh: string;
  readonly nameEn: string | null;
  readonly organisationCount: number;
  readonly electorateSize: number;
  readonly tookPart: number;
  readonly share: number;
}

/**
 * Merges organisations upwards until each group has `minimumCell` members who may take part, so that a count never says
 * of one person that they did or did not. By the size of the electorate, which stands still: by the counts themselves a
 * group would split while voting runs, and the difference of two looks would tell.
 *
 * @param organisations in tree order, the root first, every parent listed.
 */
export function mergeElectorate(
  organisations: readonly ElectorateOrganisation[],
  minimumCell: number,
): ElectorateGroup[] {
  const byPath = new Map(organisations.map((one) => [one.path, one]));
  const waiting = new Map<string, ElectorateOrganisation[]>();
  const groups: MutableGroup[] = [];
  // Children before parents: a longer path is further down.
  const upwards = [...organisations].sort((left, right) => depth(right.path) - depth(left.path));
  for (const one of upwards) {
    const gathered = waiting.get(one.path) ?? [];
    // Alone where it can be: its own figures stay its own, and the small ones below look for company.
    if (one.electorateSize >= minimumCell) {
      groups.push({ at: one, members: [one] });
    } else if (one.electorateSize > 0) gathered.push(one);
    if (gathered.length === 0) continue;
    if (sizeOf(gathered) >= minimumCell) {
      groups.push({ at: gathered.length === 1 ? (gathered[0] ?? one) : one, members: gathered });
      continue;
    }
    const above = byPath.get(one.path.split('.').slice(0, -1).join('.'));
    if (above !== undefined) waiting.set(above.path, [...(waiting.get(above.path) ?? []), ...gathered]);
    else joinSmallest(groups, one, gathered);
  }
  const places = new Map(organisations.map((one, index) => [one.path, index]));
  return groups.sort((left, right) => (places.get(left.at.path) ?? 0) - (places.get(right.at.path) ?? 0));
}

interface MutableGroup {
  at: ElectorateOrganisation;
  members: ElectorateOrganisation[];
}

/** What is left at the root joins the smallest group; without any, it is one group. */
function joinSmallest(
  groups: MutableGroup[],
  root: ElectorateOrganisation,
  rest: readonly ElectorateOrganisation[],
): void {
  const [smallest] = [...groups].sort((left, right) => sizeOf(left.members) - sizeOf(right.members));
  if (smallest === undefined) groups.push({ at: root, members: [...rest] });
  else {
    smallest.members = [...smallest.members, ...rest];
    smallest.at = root;
  }
}

/** @param participants how many took part, by organisation; none where it says nothing. */
export function participationOf(
  { at, members }: ElectorateGroup,
  participants: ReadonlyMap<string, number>,
): ParticipationGroup {
  const electorateSize = sizeOf(members);
  const tookPart = members.reduce((sum, { organisationId }) => sum + (participants.get(organisationId) ?? 0), 0);
  return {
    organisation: { id: at.organisationId },
    nameZh: at.nameZh,
    nameEn: at.nameEn,
    organisationCount: members.length,
    electorateSize,
    tookPart,
    share: electorateSize === 0 ? 0 : Math.floor((tookPart * 10_000) / electorateSize),
  };
}

function sizeOf(members: readonly ElectorateOrganisation[]): number {
  return members.reduce((sum, one) => sum + one.electorateSize, 0);
}

function depth(path: string): number {
  return path.split('.').length;
}
