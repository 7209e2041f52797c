import { idempotencyKeyReused, refusal } from '@zhijia/subgraph';
import type { VisitProblem } from '../rules/plan-visit.js';
import type { PostVisitOutcome } from './post-visit.js';
import type { ReverseVisitOutcome } from './reverse-visit.js';

const problems: Readonly<Record<VisitProblem, { readonly field: string; readonly zh: string; readonly en: string }>> = {
  endsBeforeItStarts: { field: 'endedAt', zh: '结束须晚于开始。', en: 'The visit ends after it starts.' },
  lastsTooLong: { field: 'endedAt', zh: '一次服务不超过24小时。', en: 'A visit lasts 24 hours at most.' },
  isInTheFuture: { field: 'endedAt', zh: '服务结束后方可存入。', en: 'A visit is posted after it has ended.' },
  servesTheDepositor: {
    field: 'servedMemberId',
    zh: '服务对象不能是储户本人。',
    en: 'The depositor cannot be the one who was served.',
  },
  servedUnknown: { field: 'servedMemberId', zh: '没有这位服务对象。', en: 'There is no such served member.' },
  noteTooLong: { field: 'note', zh: '备注不超过500字。', en: 'A note has 500 characters at most.' },
};

const ownAccountRefused = refusal(
  'OwnAccountRefused',
  '不能经办本人的时间账户，请由他人办理。',
  'Nobody posts to their own account; somebody else has to.',
);

export function refusalOfPosting(outcome: Exclude<PostVisitOutcome, { kind: 'posted' }>): object {
  switch (outcome.kind) {
    case 'depositorNotFound':
      return refusal('DepositorNotFound', '没有这位储户。', 'There is no such depositor.');
    case 'depositorNotActive':
      return refusal('DepositorNotActive', '该储户已退会。', 'The depositor has left the union.');
    case 'visitInvalid': {
      const { field, zh, en } = problems[outcome.problem];
      return { ...refusal('VisitInvalid', zh, en), field };
    }
    case 'ownAccount':
      return ownAccountRefused;
    case 'accountFrozen':
      return refusal('AccountFrozen', '该时间账户已冻结。', 'The time account is frozen.');
    case 'visitOverlaps':
      return {
        ...refusal('VisitOverlaps', '与另一次服务的时间重叠。', 'Another visit was posted for a part of that time.'),
        startedAt: instantOf(outcome.startMinute),
        endedAt: instantOf(outcome.endMinute),
      };
    case 'dailyLimitReached': {
      const { postedMinutes, maxMinutes } = outcome;
      return {
        ...refusal(
          'DailyLimitReached',
          `当日已存入${postedMinutes}分钟，每日不超过${maxMinutes}分钟。`,
          `${postedMinutes} minutes are posted for that day already; a day has ${maxMinutes} at most.`,
        ),
        date: new Date(outcome.day * 86_400_000).toISOString().slice(0, 10),
        postedMinutes,
        maxMinutes,
      };
    }
    case 'accountCapReached': {
      const { capMinutes, fittingMinutes } = outcome;
      return {
        ...refusal(
          'AccountCapReached',
          `账户上限为${capMinutes}分钟，还可存入${fittingMinutes}分钟。`,
          `The account holds ${capMinutes} minutes at most; ${fittingMinutes} more would fit.`,
        ),
        capMinutes,
        fittingMinutes,
      };
    }
    case 'keyReused':
      return idempotencyKeyReused;
  }
}

export function refusalOfReversal(outcome: Exclude<ReverseVisitOutcome, { kind: 'reversed' }>): object {
  switch (outcome.kind) {
    case 'visitNotFound':
      return refusal('VisitNotFound', '没有这次服务。', 'There is no such visit.');
    case 'alreadyReversed':
      return refusal('VisitAlreadyReversed', '该服务已撤销。', 'The visit was taken back before.');
    case 'reasonMissing':
      return refusal(
        'ReversalReasonMissing',
        '撤销须说明理由（1至500字）。',
        'A reversal gives its reason, in 1 to 500 characters.',
      );
    case 'ownAccount':
      return ownAccountRefused;
    case 'insufficientMinutes':
      return {
        ...refusal(
          'InsufficientMinutes',
          `储户已使用部分时间，余额差${outcome.shortfallMinutes}分钟。`,
          `The depositor has spent the time since; ${outcome.shortfallMinutes} minutes are missing.`,
        ),
        shortfallMinutes: outcome.shortfallMinutes,
      };
    case 'keyReused':
      return idempotencyKeyReused;
  }
}

function instantOf(minute: number): string {
  return new Date(minute * 60_000).toISOString();
}
