import fc from 'fast-check';
import { planVisit, wholeDaysOf, type Stretch, type VisitFacts, type VisitRequest } from './plan-visit.js';

/** 00:00 in Shanghai of some day, in minutes since 1970. */
const midnight = 20_000 * 1_440 - 480;

function at(hours: number, minutes = 0): number {
  return midnight + hours * 60 + minutes;
}

function aVisit(from: number, to: number, changes: Partial<VisitRequest> = {}): VisitRequest {
  return {
    startMinute: from,
    endMinute: to,
    depositorMemberId: 'depositor',
    servedMemberId: null,
    note: null,
    ...changes,
  };
}

function facts(changes: Partial<VisitFacts> = {}, policies: Partial<VisitFacts['policies']> = {}): VisitFacts {
  return {
    nowMinute: at(72),
    postingMemberId: 'officer',
    isDepositorActive: true,
    isServedKnown: true,
    accountStatus: 'OPEN',
    balanceMinutes: 0,
    visits: [],
    ...changes,
    policies: { capMinutes: 90_000, maxMinutesPerDay: 480, allowsOverlap: false, ...policies },
  };
}

describe('planVisit', () => {
  it('posts the minutes between start and end', () => {
    expect(planVisit(aVisit(at(9), at(11, 30)), facts())).toEqual({ kind: 'post', minutes: 150 });
  });

  it.each([
    ['an end before its start', aVisit(at(11), at(9)), 'endsBeforeItStarts'],
    ['no time at all', aVisit(at(9), at(9)), 'endsBeforeItStarts'],
    ['more than 24 hours', aVisit(at(0), at(24, 1)), 'lastsTooLong'],
    ['the future', aVisit(at(71), at(72, 1)), 'isInTheFuture'],
    ['a depositor who served themselves', aVisit(at(9), at(10), { servedMemberId: 'depositor' }), 'servesTheDepositor'],
    ['a note that is a letter', aVisit(at(9), at(10), { note: 'x'.repeat(501) }), 'noteTooLong'],
  ])('refuses %s', (_what, request, problem) => {
    expect(planVisit(request, facts())).toEqual({ kind: 'visitInvalid', problem });
  });

  it('refuses a served member nobody knows', () => {
    const request = aVisit(at(9), at(10), { servedMemberId: 'nobody' });
    expect(planVisit(request, facts({ isServedKnown: false }))).toEqual({
      kind: 'visitInvalid',
      problem: 'servedUnknown',
    });
  });

  it('lets nobody post to their own account', () => {
    expect(planVisit(aVisit(at(9), at(10)), facts({ postingMemberId: 'depositor' }))).toEqual({ kind: 'ownAccount' });
  });

  it('refuses a depositor who left, and an account that is not open', () => {
    expect(planVisit(aVisit(at(9), at(10)), facts({ isDepositorActive: false })).kind).toBe('depositorNotActive');
    expect(planVisit(aVisit(at(9), at(10)), facts({ accountStatus: 'FROZEN' })).kind).toBe('accountFrozen');
  });

  it('refuses an overlap of one minute and takes visits that touch', () => {
    const visits = [{ startMinute: at(9), endMinute: at(11) }];
    expect(planVisit(aVisit(at(10, 59), at(12)), facts({ visits }))).toEqual({
      kind: 'visitOverlaps',
      startMinute: at(9),
      endMinute: at(11),
    });
    expect(planVisit(aVisit(at(11), at(12)), facts({ visits })).kind).toBe('post');
    expect(planVisit(aVisit(at(10), at(12)), facts({ visits }, { allowsOverlap: true })).kind).toBe('post');
  });

  it('keeps eight hours a day, counted in Shanghai, also across midnight', () => {
    const visits = [{ startMinute: at(8), endMinute: at(15) }];
    expect(planVisit(aVisit(at(16), at(17)), facts({ visits })).kind).toBe('post');
    expect(planVisit(aVisit(at(16), at(17, 1)), facts({ visits }))).toEqual({
      kind: 'dailyLimitReached',
      day: 20_000,
      postedMinutes: 420,
      maxMinutes: 480,
    });
    expect(planVisit(aVisit(at(23), at(25)), facts({ visits })).kind).toBe('post');
    const nextDay = [{ startMinute: at(30), endMinute: at(37, 30) }];
    expect(planVisit(aVisit(at(23), at(25)), facts({ visits: nextDay }))).toMatchObject({ day: 20_001 });
  });

  it('fills the account to its cap and says how much still fits', () => {
    expect(planVisit(aVisit(at(9), at(10)), facts({ balanceMinutes: 89_940 })).kind).toBe('post');
    expect(planVisit(aVisit(at(9), at(10)), facts({ balanceMinutes: 89_941 }))).toEqual({
      kind: 'accountCapReached',
      capMinutes: 90_000,
      fittingMinutes: 59,
    });
    expect(planVisit(aVisit(at(9), at(10)), facts({ balanceMinutes: 95_000 }))).toMatchObject({ fittingMinutes: 0 });
  });

  it('never lets any sequence of posted visits pass the day, overlap or pass the cap', () => {
    const visit = fc.record({ start: fc.integer({ min: 0, max: 4_200 }), minutes: fc.integer({ min: 1, max: 600 }) });
    fc.assert(
      fc.property(fc.array(visit, { maxLength: 60 }), (asked) => {
        const visits: Stretch[] = [];
        let balanceMinutes = 0;
        for (const { start, minutes } of asked) {
          const request = aVisit(midnight + start, midnight + start + minutes);
          const plan = planVisit(
            request,
            facts({ nowMinute: at(24 * 5), visits, balanceMinutes }, { capMinutes: 1_500 }),
          );
          if (plan.kind !== 'post') continue;
          visits.push(request);
          balanceMinutes += plan.minutes;
        }
        const minutesOn = (day: number) =>
          visits
            .flatMap(({ startMinute, endMinute }) =>
              Array.from({ length: endMinute - startMinute }, (_, index) => startMinute + index),
            )
            .filter((minute) => Math.floor((minute - midnight) / 1_440) === day);
        for (const day of [0, 1, 2, 3]) {
          const minutes = minutesOn(day);
          expect(minutes.length).toBeLessThanOrEqual(480);
          expect(new Set(minutes).size).toBe(minutes.length);
        }
        expect(balanceMinutes).toBeLessThanOrEqual(1_500);
      }),
      { numRuns: 200 },
    );
  });
});

describe('wholeDaysOf', () => {
  it('covers every day in Shanghai that is touched', () => {
    expect(wholeDaysOf({ startMinute: at(9), endMinute: at(10) })).toEqual({ startMinute: at(0), endMinute: at(24) });
    expect(wholeDaysOf({ startMinute: at(23), endMinute: at(25) })).toEqual({ startMinute: at(0), endMinute: at(48) });
    expect(wholeDaysOf({ startMinute: at(23), endMinute: at(24) })).toEqual({ startMinute: at(0), endMinute: at(24) });
  });
});
