import { judgeHealth, type MessagingState } from './judge-health.js';

const stored = { outboxRows: 3, outboxLagSeconds: 30, deadLetters: 1, parkedEvents: 2, parkedLongestSeconds: 90_000 };
const well: MessagingState = {
  stored,
  isWaitingForDatabase: false,
  isBrokerAway: false,
  isConsumerMissing: false,
  consumerLagSeconds: 30,
};

describe('the health of messaging', () => {
  it('is ok while nothing waits for longer than half a minute, whatever is parked or dead', () => {
    expect(judgeHealth(well)).toEqual({
      status: 'ok',
      reasons: [],
      outboxRows: 3,
      outboxLagSeconds: 30,
      consumerLagSeconds: 30,
    });
  });

  it.each([
    ['databaseAway', { isWaitingForDatabase: true }],
    ['brokerAway', { isBrokerAway: true }],
    ['consumerNotRunning', { isConsumerMissing: true }],
    ['consumerLagging', { consumerLagSeconds: 31 }],
    ['outboxLagging', { stored: { ...stored, outboxLagSeconds: 31 } }],
  ] as const)('is degraded for one reason alone: %s', (reason, change) => {
    expect(judgeHealth({ ...well, ...change })).toMatchObject({ status: 'degraded', reasons: [reason] });
  });

  it('knows nothing of an outbox that it cannot ask', () => {
    expect(judgeHealth({ ...well, stored: null })).toEqual({
      status: 'degraded',
      reasons: ['databaseAway'],
      outboxRows: null,
      outboxLagSeconds: null,
      consumerLagSeconds: 30,
    });
  });
});
