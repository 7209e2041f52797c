import type { CodePurpose, MessageLanguage } from '../sign-in/code-channel.js';
import type { SignInProblem } from '../sign-in/sign-in.js';

const zh = {
  lang: 'zh-CN',
  otherLanguage: 'English',
  title: '登录',
  service: '工会会员服务',
  numberLabel: '手机号码',
  numberHint: '会员登记时使用的手机号码',
  sendCode: '获取验证码',
  codeLabel: '短信验证码',
  codeHint: '如果该号码已登记，您会在一分钟内收到六位数字验证码。五分钟内有效。',
  signIn: '登录',
  otherNumber: '更换号码或重新获取',
  personLegend: '这个号码登记了多位会员，请选择您本人',
  continue: '继续',
  secondFactorTitle: '第二步验证',
  secondFactorLabel: '身份验证器中的六位验证码',
  enrolment: '首次登录：请在手机的身份验证器应用中添加以下密钥，然后输入它显示的验证码。',
  secretLabel: '密钥',
  openAuthenticator: '在本机的身份验证器中打开',
  safety: '工作人员不会向您索要验证码。',
  errorTitle: '登录未完成',
  errorText: '这次登录已失效。请回到原来的应用，重新登录。',
  errorCode: '代码',
  problems: {
    NUMBER_MALFORMED: '请输入十一位手机号码。',
    WAIT: (seconds: number) => `请求过于频繁，请在${inChinese(seconds)}后再试。`,
    CODE_WRONG: '验证码不正确，请再核对一次。',
    CODE_OVER: '验证码已失效，请重新获取。',
    SECOND_FACTOR_WRONG: '验证码不正确。同一个验证码只能使用一次，请等待下一个。',
  },
} as const;

export type Texts = {
  readonly [Key in keyof typeof zh]: (typeof zh)[Key] extends string ? string : ProblemTexts;
};

type ProblemTexts = {
  readonly [Problem in SignInProblem]: Problem extends 'WAIT' ? (seconds: number) => string : string;
};

const en: Texts = {
  lang: 'en',
  otherLanguage: '中文',
  title: 'Sign in',
  service: 'Union member services',
  numberLabel: 'Mobile number',
  numberHint: 'The number your union has on file',
  sendCode: 'Send a code',
  codeLabel: 'Code from the text message',
  codeHint: 'If the number is on file, a code of six digits arrives within a minute. It is valid for five minutes.',
  signIn: 'Sign in',
  otherNumber: 'Another number, or a new code',
  personLegend: 'Several members share this number. Who are you?',
  continue: 'Continue',
  secondFactorTitle: 'Second step',
  secondFactorLabel: 'Six-digit code of your authenticator',
  enrolment: 'First sign-in: add this key to the authenticator application on your phone, then type the code it shows.',
  secretLabel: 'Key',
  openAuthenticator: 'Open in the authenticator of this device',
  safety: 'Nobody of the union will ever ask you for a code.',
  errorTitle: 'Not signed in',
  errorText: 'This sign-in is over. Go back to the application and sign in again.',
  errorCode: 'Code',
  problems: {
    NUMBER_MALFORMED: 'Type a mobile number of eleven digits.',
    WAIT: (seconds) => `Too many codes were asked for. Try again in ${inEnglish(seconds)}.`,
    CODE_WRONG: 'The code is not right. Please check it.',
    CODE_OVER: 'The code is no longer valid. Ask for a new one.',
    SECOND_FACTOR_WRONG: 'The code is not right. Each code works once: wait for the next one.',
  },
};

const texts: Readonly<Record<MessageLanguage, Texts>> = { zh, en };

/** The same pages, where an officer asks to act for a member and the member reads the code out. */
const agencyTexts: Readonly<Record<MessageLanguage, Texts>> = {
  zh: {
    ...zh,
    title: '代会员办理',
    numberLabel: '会员本人的手机号码',
    numberHint: '验证码将发送到会员本人的手机',
    codeLabel: '会员告知的验证码',
    codeHint: '如果该号码已登记，会员会在一分钟内收到六位数字验证码。会员告知验证码，即同意您在三十分钟内代为办理。',
    signIn: '开始代办',
    personLegend: '这个号码登记了多位会员，请选择要代办的会员',
    safety: '代办期间的操作都会记录您的身份，会员可以查看。代办时不能投票。',
  },
  en: {
    ...en,
    title: 'Act for a member',
    numberLabel: "The member's mobile number",
    numberHint: 'A code goes to the telephone of the member',
    codeLabel: 'Code that the member tells you',
    codeHint:
      'If the number is on file, the member gets a code of six digits within a minute. By telling it they let you act for them for half an hour.',
    signIn: 'Begin',
    personLegend: 'Several members share this number. For whom do you act?',
    safety: 'What you do meanwhile is recorded under your name, and the member sees it. Nobody votes for another.',
  },
};

export function textsIn(language: MessageLanguage, purpose: CodePurpose): Texts {
  return (purpose === 'agency' ? agencyTexts : texts)[language];
}

export function tellProblem(language: MessageLanguage, problem: SignInProblem | undefined, waitSeconds = 0): string {
  if (problem === undefined) return '';
  const text = texts[language].problems[problem];
  return typeof text === 'function' ? text(waitSeconds) : text;
}

function inChinese(seconds: number): string {
  return seconds < 120 ? `${seconds} 秒` : `${Math.ceil(seconds / 60)} 分钟`;
}

function inEnglish(seconds: number): string {
  return seconds < 120 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`;
}
