import type { ConsentField } from '@zhijia/contracts';
import type { ConsentProblem } from '../asking/ask-consent.js';
import type { MessageLanguage } from '../sign-in/code-channel.js';

/** What the law wants a member to be told before a separate consent: PIPL, articles 14 to 17, 23 and 29. */
export interface ConsentTexts {
  readonly title: string;
  readonly you: string;
  readonly recipient: string;
  readonly contact: string;
  readonly purpose: string;
  readonly necessity: string;
  readonly fieldsLabel: string;
  readonly methodLabel: string;
  readonly method: string;
  readonly termLabel: string;
  term(days: number): string;
  readonly withdrawalLabel: string;
  readonly withdrawal: string;
  readonly freedom: string;
  readonly noticeVersion: string;
  readonly separately: string;
  readonly agree: string;
  readonly refuse: string;
  readonly fields: Readonly<Record<ConsentField, string>>;
  readonly problems: Readonly<Record<ConsentProblem, string>>;
}

const zh: ConsentTexts = {
  title: '是否同意提供个人信息',
  you: '会员',
  recipient: '接收方',
  contact: '接收方联系方式',
  purpose: '用途',
  necessity: '为什么需要',
  fieldsLabel: '将提供的信息',
  methodLabel: '提供方式',
  method: '接收方需要时，通过加密并签名的接口在线查询；工会不会主动发送。',
  termLabel: '期限',
  term: (days) => `自同意之日起 ${days} 天`,
  withdrawalLabel: '撤回与查询',
  withdrawal: '您可以随时在会员服务中撤回，从接收方的下一次查询起生效；每一次查询都有记录，您可以查看。',
  freedom: '同意与否由您决定。不同意不影响您的会员资格和其他工会服务。',
  noticeVersion: '告知书版本',
  separately: '我单独同意向上述接收方提供上述信息，仅用于上述用途',
  agree: '同意',
  refuse: '不同意',
  fields: {
    MEMBERSHIP: '会员身份和入会日期',
    ORGANISATION: '所属工会组织的名称和统一社会信用代码',
    MASKED_NAME: '姓名（只显示姓）',
    MASKED_PHONE: '手机号码（隐去中间四位）',
    VERIFICATION: '实名核验情况',
    TIME_ACCOUNT: '时间账户余额',
    POINTS: '积分余额',
  },
  problems: {
    NOT_TICKED: '如果同意，请先勾选下方的单独同意。',
    NOTICE_CHANGED: '告知内容已更新，请重新阅读后再决定。',
  },
};

const en: ConsentTexts = {
  title: 'May this information be shared?',
  you: 'Member',
  recipient: 'Who receives it',
  contact: 'How to reach them',
  purpose: 'What for',
  necessity: 'Why it is needed',
  fieldsLabel: 'What they may read',
  methodLabel: 'How',
  method: 'They ask when they need it, over an encrypted and signed connection. The union sends nothing of itself.',
  termLabel: 'For how long',
  term: (days) => `${days} ${days === 1 ? 'day' : 'days'} from today`,
  withdrawalLabel: 'Taking it back',
  withdrawal:
    'You can take it back at any time in the member services; it holds from their next question on. Each time they read is written down, and you can see it.',
  freedom: 'You decide. If you do not agree, your membership and the other services stay as they are.',
  noticeVersion: 'Version of this notice',
  separately: 'I agree, separately, that they read the above for the above purpose and no other',
  agree: 'Agree',
  refuse: 'Do not agree',
  fields: {
    MEMBERSHIP: 'That you are a member, and since when',
    ORGANISATION: 'The name and the unified code of your union organisation',
    MASKED_NAME: 'Your name (the family name alone)',
    MASKED_PHONE: 'Your mobile number (without the four digits in the middle)',
    VERIFICATION: 'How your identity was verified',
    TIME_ACCOUNT: 'The balance of your time account',
    POINTS: 'The balance of your points',
  },
  problems: {
    NOT_TICKED: 'If you agree, tick the separate consent below first.',
    NOTICE_CHANGED: 'The notice has changed. Please read it again before you decide.',
  },
};

const texts: Readonly<Record<MessageLanguage, ConsentTexts>> = { zh, en };

export function consentTextsIn(language: MessageLanguage): ConsentTexts {
  return texts[language];
}
