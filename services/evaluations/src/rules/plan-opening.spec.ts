import { planOpening, type OpeningFacts, type OpeningRequest } from './plan-opening.js';

const request: OpeningRequest = {
  organiserId: 'federation',
  titleZh: '评议',
  titleEn: 'Evaluation',
  questionSet: { id: 'departments', version: 1, questionZh: '满意吗？', questionEn: 'Satisfied?' },
  targetOrganisationIds: ['a', 'b'],
  opensAt: null,
  closesAt: '2026-12-01T00:00:00.000Z',
  electorate: { rootOrganisationId: 'federation', requiresVerification: true, asOf: null },
  reward: null,
  rules: { passLineBasisPoints: null, minTurnoutBasisPoints: null, minimumCell: null, strata: null, hasCodes: null },
};

const facts: OpeningFacts = {
  now: '2026-11-01T00:00:00.000Z',
  today: '2026-11-01',
  windowSeconds: 30 * 86_400,
  secondsToClosing: 30 * 86_400,
  isOrganiserInReach: true,
  isElectorateInReach: true,
  unknownTargetIds: [],
  electorateSize: 100,
  isQuestionSetOther: false,
  policies: {
    gradeCount: 5,
    badFromGrade: 4,
    minTurnoutBasisPoints: 6_000,
    passLineBasisPoints: 8_500,
    minimumCell: 5,
    hasCodes: true,
    pointsPerMember: 200,
    maxPoolPoints: 90_000_000,
  },
};

describe('planOpening', () => {
  it('takes from the policies what the officer leaves open', () => {
    expect(planOpening({ ...request, reward: { poolPoints: 1_000, pointsPerMember: null } }, facts)).toEqual({
      kind: 'open',
      terms: {
        opensAt: facts.now,
        closesAt: request.closesAt,
        asOf: facts.today,
        gradeCount: 5,
        badFromGrade: 4,
        minimumCell: 5,
        passLineBasisPoints: 8_500,
        minTurnoutBasisPoints: 6_000,
        strata: ['PARTY_ORGANISATION_HEAD', 'FRONT_LINE', 'MODEL_WORKER', 'MIGRANT_WORKER', 'IN_HARDSHIP'],
        hasCodes: true,
        reward: { pointsPerMember: 200, poolPoints: 1_000 },
      },
    });
  });

  it('lets a campaign protect its voters better than the policy, never less', () => {
    const withCell = (minimumCell: number) =>
      planOpening({ ...request, rules: { ...request.rules, minimumCell } }, facts);
    expect(withCell(10)).toMatchObject({ kind: 'open', terms: { minimumCell: 10 } });
    expect(withCell(4)).toMatchObject({ kind: 'termsInvalid' });
  });

  it('refuses an electorate smaller than the cell the campaign asks for', () => {
    const rules = { ...request.rules, minimumCell: 50 };
    expect(planOpening({ ...request, rules }, { ...facts, electorateSize: 49 })).toEqual({
      kind: 'electorateTooSmall',
      size: 49,
      minimum: 50,
    });
  });

  it.each([
    ['is over', { secondsToClosing: 0 }],
    ['closes when it opens', { windowSeconds: 0 }],
    ['lasts longer than a year', { windowSeconds: 367 * 86_400 }],
    ['lies years ahead', { secondsToClosing: 800 * 86_400 }],
  ])('refuses a window that %s', (_what, change) => {
    expect(planOpening(request, { ...facts, ...change })).toEqual({ kind: 'windowInvalid' });
  });

  it('tells a stranger nothing but that they are no organiser', () => {
    const plan = planOpening(
      { ...request, targetOrganisationIds: [] },
      { ...facts, secondsToClosing: -1, isOrganiserInReach: false, electorateSize: 0 },
    );
    expect(plan).toEqual({ kind: 'notOrganiser' });
  });
});
