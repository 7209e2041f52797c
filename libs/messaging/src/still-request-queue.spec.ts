import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import './still-request-queue.js';

describe('a queue of requests to the broker', () => {
  const queues: RequestQueue[] = [];

  afterEach(() => queues.splice(0).forEach((queue) => queue.destroy()));

  it('sleeps while no request waits', () => {
    const queue = openQueue();
    queue.checkPendingRequests();
    expect(queue.throttleCheckTimeoutId).toBeNull();
  });

  it('looks again while a request waits', () => {
    const queue = openQueue();
    queue.push(request(1));
    queue.push(request(2));
    expect(queue.pending).toHaveLength(1);
    expect(queue.throttleCheckTimeoutId).not.toBeNull();
  });

  function openQueue(): RequestQueue {
    const queue = new RequestQueue({
      maxInFlightRequests: 1,
      requestTimeout: 1_000,
      logger: { debug: () => undefined },
    });
    queues.push(queue);
    return queue;
  }

  function request(correlationId: number): Record<string, unknown> {
    return { entry: { correlationId }, expectResponse: true, sendRequest: () => undefined };
  }
});
