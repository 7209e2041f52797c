import { refusal, type RefusalOf } from '@zhijia/subgraph';

export type OfficeRefusal =
  | RefusalOf<'AppointeeNotFound'>
  | RefusalOf<'OfficeNotFound'>
  | RefusalOf<'OfficeNotYoursToGive'>
  | RefusalOf<'AppointedThemselves'>;

export function appointeeNotFound(): RefusalOf<'AppointeeNotFound'> {
  return refusal(
    'AppointeeNotFound',
    '您的职务范围内没有该会员或该组织。',
    'There is no such member or organisation in reach of your offices.',
  );
}

export function officeNotFound(): RefusalOf<'OfficeNotFound'> {
  return refusal('OfficeNotFound', '您的职务范围内没有该任职。', 'There is no such office in reach of your offices.');
}

export function officeNotYoursToGive(): RefusalOf<'OfficeNotYoursToGive'> {
  return refusal('OfficeNotYoursToGive', '您的职务无权任免此职务。', 'Your office does not give or end this one.');
}

export function appointedThemselves(): RefusalOf<'AppointedThemselves'> {
  return refusal('AppointedThemselves', '不能任命自己。', 'Nobody gives an office to themselves.');
}
