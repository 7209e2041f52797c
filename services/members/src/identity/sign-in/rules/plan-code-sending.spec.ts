import { planCodeSending, type SentLately } from './plan-code-sending.js';

const nothing: SentLately = {
  toPhoneForRequester: 0,
  forRequester: 0,
  toPhone: 0,
  secondsSinceLast: null,
  isKnownRequester: false,
};

describe('whether a code may be sent', () => {
  it('sends the first', () => {
    expect(planCodeSending(nothing)).toEqual({ kind: 'send' });
  });

  it('lets a minute pass between two to one number', () => {
    const second = { ...nothing, toPhoneForRequester: 1, forRequester: 1, toPhone: 1 };
    expect(planCodeSending({ ...second, secondsSinceLast: 20 })).toEqual({ kind: 'wait', seconds: 40 });
    expect(planCodeSending({ ...second, secondsSinceLast: 60 })).toEqual({ kind: 'send' });
  });

  it.each([
    ['five an hour to one number', { toPhoneForRequester: 5 }],
    ['thirty an hour for one requester', { forRequester: 30 }],
    ['twenty a day to one number', { toPhone: 20 }],
  ])('ends at %s', (_limit, sent) => {
    expect(planCodeSending({ ...nothing, ...sent, secondsSinceLast: 90 })).toEqual({ kind: 'wait', seconds: 3_600 });
  });

  it('does not lock out who signed in from here before, however many others asked for', () => {
    expect(planCodeSending({ ...nothing, toPhone: 500, isKnownRequester: true })).toEqual({ kind: 'send' });
  });
});
