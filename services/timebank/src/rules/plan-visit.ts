import type { AccountStatus } from '@zhijia/ledger';

const minutesPerDay = 1_440;
/** China has one time zone without summer time since 1991: UTC+8. */
const shanghaiOffsetMinutes = 480;
const mostNoteCharacters = 500;

/** A stretch of time in whole minutes since 1970 (UTC); the end is not part of it. */
export interface Stretch {
  readonly startMinute: number;
  readonly endMinute: number;
}

export interface VisitRequest extends Stretch {
  readonly depositorMemberId: string;
  readonly servedMemberId: string | null;
  readonly note: string | null;
}

export interface VisitFacts {
  readonly nowMinute: number;
  /** The officer who posts, where they are a member themselves. */
  readonly postingMemberId: string | null;
  readonly isDepositorActive: boolean;
  /** Whether the served member is known within the officer's reach; true where none is named. */
  readonly isServedKnown: boolean;
  readonly accountStatus: AccountStatus;
  readonly balanceMinutes: number;
  /** The depositor's posted visits that touch a day of the request. */
  readonly visits: readonly Stretch[];
  readonly policies: {
    readonly capMinutes: number;
    readonly maxMinutesPerDay: number;
    readonly allowsOverlap: boolean;
  };
}

export type VisitProblem =
  'endsBeforeItStarts' | 'lastsTooLong' | 'isInTheFuture' | 'servesTheDepositor' | 'servedUnknown' | 'noteTooLong';

export type VisitRefusal =
  | { readonly kind: 'visitInvalid'; readonly problem: VisitProblem }
  | { readonly kind: 'ownAccount' }
  | { readonly kind: 'depositorNotActive' }
  | { readonly kind: 'accountFrozen' }
  | { readonly kind: 'visitOverlaps'; readonly startMinute: number; readonly endMinute: number }
  | {
      readonly kind: 'dailyLimitReached';
      /** Days since 1970 in Shanghai. */
      readonly day: number;
      readonly postedMinutes: number;
      readonly maxMinutes: number;
    }
  | { readonly kind: 'accountCapReached'; readonly capMinutes: number; readonly fittingMinutes: number };

export type VisitPlan = { readonly kind: 'post'; readonly minutes: number } | VisitRefusal;

/** Decides whether the minutes of a visit are posted. Every minute counts once, whatever day it falls on. */
export function planVisit(request: VisitRequest, facts: VisitFacts): VisitPlan {
  const problem = problemOf(request, facts);
  if (problem !== null) return { kind: 'visitInvalid', problem };
  // Whoever vouches for hours does not earn them.
  if (facts.postingMemberId === request.depositorMemberId) return { kind: 'ownAccount' };
  if (!facts.isDepositorActive) return { kind: 'depositorNotActive' };
  if (facts.accountStatus !== 'OPEN') return { kind: 'accountFrozen' };

  const { capMinutes, maxMinutesPerDay, allowsOverlap } = facts.policies;
  const overlapped = facts.visits.find((visit) => minutesWithin(visit, request) > 0);
  if (overlapped !== undefined && !allowsOverlap) {
    return { kind: 'visitOverlaps', startMinute: overlapped.startMinute, endMinute: overlapped.endMinute };
  }
  for (const day of daysOf(request)) {
    const stretch = stretchOfDay(day);
    const postedMinutes = facts.visits.reduce((sum, visit) => sum + minutesWithin(visit, stretch), 0);
    if (postedMinutes + minutesWithin(request, stretch) > maxMinutesPerDay) {
      return { kind: 'dailyLimitReached', day, postedMinutes, maxMinutes: maxMinutesPerDay };
    }
  }
  const minutes = request.endMinute - request.startMinute;
  if (facts.balanceMinutes + minutes > capMinutes) {
    return {
      kind: 'accountCapReached',
      capMinutes,
      fittingMinutes: Math.max(0, capMinutes - facts.balanceMinutes),
    };
  }
  return { kind: 'post', minutes };
}

/** The whole days in Shanghai that a stretch touches, as one stretch: what the daily limit has to look at. */
export function wholeDaysOf(stretch: Stretch): Stretch {
  return {
    startMinute: stretchOfDay(dayOf(stretch.startMinute)).startMinute,
    endMinute: stretchOfDay(dayOf(stretch.endMinute - 1)).endMinute,
  };
}

function problemOf(request: VisitRequest, facts: VisitFacts): VisitProblem | null {
  if (request.endMinute <= request.startMinute) return 'endsBeforeItStarts';
  if (request.endMinute - request.startMinute > minutesPerDay) return 'lastsTooLong';
  if (request.endMinute > facts.nowMinute) return 'isInTheFuture';
  if (request.servedMemberId === request.depositorMemberId) return 'servesTheDepositor';
  if (!facts.isServedKnown) return 'servedUnknown';
  if ((request.note?.length ?? 0) > mostNoteCharacters) return 'noteTooLong';
  return null;
}

function daysOf({ startMinute, endMinute }: Stretch): number[] {
  const first = dayOf(startMinute);
  return Array.from({ length: dayOf(endMinute - 1) - first + 1 }, (_, index) => first + index);
}

function dayOf(minute: number): number {
  return Math.floor((minute + shanghaiOffsetMinutes) / minutesPerDay);
}

function stretchOfDay(day: number): Stretch {
  const startMinute = day * minutesPerDay - shanghaiOffsetMinutes;
  return { startMinute, endMinute: startMinute + minutesPerDay };
}

function minutesWithin(stretch: Stretch, within: Stretch): number {
  return Math.max(0, Math.min(stretch.endMinute, within.endMinute) - Math.max(stretch.startMinute, within.startMinute));
}
