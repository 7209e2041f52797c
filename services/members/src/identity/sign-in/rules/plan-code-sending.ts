/** What was sent lately, as the database counts it. */
export interface SentLately {
  /** To this number for this requester within the last hour. */
  readonly toPhoneForRequester: number;
  /** For this requester, to whatever number, within the last hour. */
  readonly forRequester: number;
  /** To this number, whoever asked, within the last day. */
  readonly toPhone: number;
  /** Seconds since this requester had a code sent to this number; null if not within the last hour. */
  readonly secondsSinceLast: number | null;
  /** Whether somebody signed in under this number from here before. */
  readonly isKnownRequester: boolean;
}

export type CodeSendingPlan = { kind: 'send' } | { kind: 'wait'; seconds: number };

const secondsBetweenCodes = 60;
const anHour = 3_600;
const perHour = { toPhoneForRequester: 5, forRequester: 30 };
/** Messages cost money and annoy; but whoever signed in from here before is not locked out by what others ask for. */
const perDayToPhone = 20;

/** Whether a code may be sent, so that nobody is flooded with messages and nobody locked out by somebody else. */
export function planCodeSending(sent: SentLately): CodeSendingPlan {
  if (sent.secondsSinceLast !== null && sent.secondsSinceLast < secondsBetweenCodes) {
    return { kind: 'wait', seconds: secondsBetweenCodes - sent.secondsSinceLast };
  }
  if (sent.toPhoneForRequester >= perHour.toPhoneForRequester) return { kind: 'wait', seconds: anHour };
  if (sent.forRequester >= perHour.forRequester) return { kind: 'wait', seconds: anHour };
  if (sent.toPhone >= perDayToPhone && !sent.isKnownRequester) return { kind: 'wait', seconds: anHour };
  return { kind: 'send' };
}
