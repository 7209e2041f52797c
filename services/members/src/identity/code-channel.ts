import type { Log } from '@zhijia/logging';
import { maskPhone } from '@zhijia/pii';

export type MessageLanguage = 'zh' | 'en';

/** How a one-time code reaches a telephone. */
export interface CodeChannel {
  /** @throws when the message was not taken over for delivery */
  send(message: { phone: string; code: string; language: MessageLanguage; minutes: number }): Promise<void>;
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

  async send(message: { phone: string; code: string; language: MessageLanguage; minutes: number }): Promise<void> {
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

function textOf({ code, language, minutes }: { code: string; language: MessageLanguage; minutes: number }): string {
  return language === 'zh'
    ? `【工会】验证码 ${code}，${minutes} 分钟内有效。工作人员不会向您索要验证码，请勿告诉他人。`
    : `[Union] Your sign-in code is ${code}, valid for ${minutes} minutes. Nobody of the union will ever ask you for it.`;
}
