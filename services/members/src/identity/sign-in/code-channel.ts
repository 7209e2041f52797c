import type { Log } from '@zhijia/logging';
import { maskPhone } from '@zhijia/pii';

export type MessageLanguage = 'zh' | 'en';

/** What a code is good for; the message says so, since whoever reads it out should know. */
export type CodePurpose = 'signIn' | 'agency';

export interface CodeMessage {
  readonly phone: string;
  readonly code: string;
  readonly language: MessageLanguage;
  readonly minutes: number;
  readonly purpose: CodePurpose;
}

/** How a one-time code reaches a telephone. */
export interface CodeChannel {
  /** @throws when the message was not taken over for delivery */
  send(message: CodeMessage): Promise<void>;
}

/** Development: the code stands in the log, the number masked. A production start refuses this channel. */
export class LogCodeChannel implements CodeChannel {
  constructor(private readonly log: Log) {}

  async send({ phone, code }: { phone: string; code: string }): Promise<void> {
    this.log.info({ to: maskPhone(phone), code }, 'One-time code');
  }
}

const answersWithinMs = 5_000;

/**
 * An SMS gateway that takes `{to, text}` as JSON under a bearer token, as most providers' bridges do. Number and code
 * travel in the body alone.
 */
export class SmsGatewayChannel implements CodeChannel {
  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  async send(message: CodeMessage): Promise<void> {
    const response = await fetch(this.url, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ to: message.phone, text: textOf(message) }),
      redirect: 'error',
      signal: AbortSignal.timeout(answersWithinMs),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`The SMS gateway answered ${response.status}`);
  }
}

function textOf({ code, language, minutes, purpose }: CodeMessage): string {
  if (purpose === 'agency') {
    return language === 'zh'
      ? `【工会】验证码 ${code}，${minutes} 分钟内有效。告知工作人员即同意其在三十分钟内代您办理业务；非您本人要求的，请勿告诉任何人。`
      : `[Union] Code ${code}, valid for ${minutes} minutes. Whoever of the union you tell it may act for you for half an hour; if you did not ask for that, tell nobody.`;
  }
  return language === 'zh'
    ? `【工会】验证码 ${code}，${minutes} 分钟内有效。工作人员不会向您索要验证码，请勿告诉他人。`
    : `[Union] Your sign-in code is ${code}, valid for ${minutes} minutes. Nobody of the union will ever ask you for it.`;
}
