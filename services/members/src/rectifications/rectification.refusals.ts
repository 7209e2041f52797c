import { refusal, type RefusalOf } from '@zhijia/subgraph';
import type { RectificationState } from '../rules/plan-rectification-step.js';
import type { RectificationStepOutcome } from './take-rectification-step.js';

export type RectificationRefusal =
  | RefusalOf<'RectificationNotFound'>
  | RefusalOf<'RectificationTextInvalid'>
  | (RefusalOf<'RectificationStepOutOfTurn'> & { state: RectificationState });

const states: Readonly<Record<RectificationState, { zh: string; en: string }>> = {
  PLAN_DUE: { zh: '待提交整改方案', en: 'awaiting its plan' },
  IN_PROGRESS: { zh: '整改中', en: 'in progress' },
  AWAITING_PUBLICATION: { zh: '待公布', en: 'awaiting publication' },
  PUBLISHED: { zh: '已公布', en: 'published' },
  WITHDRAWN: { zh: '已撤销', en: 'withdrawn' },
};

export function refusalOf(outcome: Exclude<RectificationStepOutcome, { kind: 'taken' }>): RectificationRefusal {
  switch (outcome.kind) {
    case 'notFound':
      return refusal(
        'RectificationNotFound',
        '您的职务范围内没有这项整改任务。',
        'There is no such rectification in reach of your offices.',
      );
    case 'outOfTurn': {
      const { zh, en } = states[outcome.state];
      return {
        ...refusal(
          'RectificationStepOutOfTurn',
          `该整改任务目前为“${zh}”，不能进行此操作。`,
          `The rectification is ${en}; this cannot be done now.`,
        ),
        state: outcome.state,
      };
    }
    case 'textInvalid':
      return refusal(
        'RectificationTextInvalid',
        '内容不能为空，且不超过20000个字符。',
        'The text is empty or longer than 20,000 characters.',
      );
  }
}
