import fc from 'fast-check';
import {
  mergeElectorate,
  participationOf,
  type ElectorateOrganisation,
  type ParticipationGroup,
} from './merge-participation.js';

type Counted = ElectorateOrganisation & { readonly tookPart: number };

function organisation(path: string, electorateSize: number, tookPart = 0): Counted {
  return { organisationId: path, path, nameZh: path, nameEn: null, electorateSize, tookPart };
}

function mergeParticipation(organisations: readonly Counted[], minimumCell: number): ParticipationGroup[] {
  const participants = new Map(organisations.map(({ organisationId, tookPart }) => [organisationId, tookPart]));
  return mergeElectorate(organisations, minimumCell).map((group) => participationOf(group, participants));
}

describe('participation by organisation', () => {
  it('shows organisations that are large enough by themselves', () => {
    const groups = mergeParticipation([organisation('1', 0), organisation('1.1', 10, 4), organisation('1.2', 5, 5)], 5);
    expect(groups.map((group) => [group.organisation.id, group.tookPart, group.share])).toEqual([
      ['1.1', 4, 4_000],
      ['1.2', 5, 10_000],
    ]);
  });

  it('gathers small siblings at the organisation above them', () => {
    const groups = mergeParticipation([organisation('1', 0), organisation('1.1', 3, 1), organisation('1.2', 4, 2)], 5);
    expect(groups).toEqual([
      expect.objectContaining({ organisation: { id: '1' }, organisationCount: 2, electorateSize: 7, tookPart: 3 }),
    ]);
  });

  it('joins what is left at the root with the smallest group', () => {
    const groups = mergeParticipation([organisation('1', 0), organisation('1.1', 9), organisation('1.2', 2)], 5);
    expect(groups.map((group) => group.electorateSize)).toEqual([11]);
  });

  it('counts everybody once, in groups that are large enough', () => {
    const trees = fc.array(fc.record({ parent: fc.nat(), size: fc.nat({ max: 12 }) }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(trees, fc.integer({ min: 2, max: 8 }), (nodes, minimumCell) => {
        const paths: string[] = [];
        const tree = nodes.map(({ parent, size }, index) => {
          const path = index === 0 ? '1' : `${paths[parent % index]}.${index}`;
          paths.push(path);
          return organisation(path, size, Math.floor(size / 2));
        });
        const groups = mergeParticipation(tree, minimumCell);
        const total = tree.reduce((sum, one) => sum + one.electorateSize, 0);
        expect(groups.reduce((sum, group) => sum + group.electorateSize, 0)).toBe(total);
        if (total >= minimumCell) expect(groups.every((group) => group.electorateSize >= minimumCell)).toBe(true);
      }),
    );
  });
});
