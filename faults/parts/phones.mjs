import { setTimeout as sleep } from 'node:timers/promises';

/** What a proxy, or a server that starts or ends, answers: nothing is known of the operation. */
const passingStatuses = new Set([429, 502, 503, 504]);

/**
 * Clients as docs/codes.md wants them: what is retryable, and what got no answer, is sent again, the same and with the
 * same key, until somebody answers. Counts what they meet.
 *
 * @param {object} product from `startProduct`
 * @param {object} verdict from `openVerdict`
 * @param {object} [options]
 * @param {number} [options.answerWithinMs] an answer that takes longer is wrong, whatever it says: as long as a person
 *   waits before the phone asks again
 * @param {number} [options.patienceMs] after so long without an acknowledgement an operation is given up, which is wrong
 */
export function openPhones(product, verdict, { answerWithinMs = 25_000, patienceMs = 180_000 } = {}) {
  const tokens = new Map();
  const figures = { operations: 0, acknowledged: 0, sendings: 0, refusals: {}, slowestAnswerMs: 0, slowestMs: 0 };
  const count = (what) => {
    figures.refusals[what] = (figures.refusals[what] ?? 0) + 1;
  };

  async function tokenOf(person) {
    const name = `${person.audience} ${person.subject}`;
    if (!tokens.has(name)) tokens.set(name, product.token(person));
    return tokens.get(name);
  }

  /** One request and what came back: `{ data, errors }`, or `{ failure }` when nothing whole did. */
  async function send(person, query, variables) {
    figures.sendings += 1;
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${await tokenOf(person)}` };
    const began = performance.now();
    try {
      const response = await fetch(product.stack.gateway[person.audience], {
        method: 'POST',
        headers,
        body: JSON.stringify({ query, variables }),
        signal: AbortSignal.timeout(answerWithinMs),
      });
      if (passingStatuses.has(response.status)) {
        await response.body?.cancel();
        return { failure: `HTTP ${response.status}` };
      }
      return { status: response.status, ...(await response.json()) };
    } catch (error) {
      if (error.name === 'TimeoutError') verdict.wrong(`no answer within ${answerWithinMs / 1_000} s`, nameOf(query));
      return { failure: error.cause?.code ?? error.name };
    } finally {
      figures.slowestAnswerMs = Math.max(figures.slowestAnswerMs, performance.now() - began);
    }
  }

  /**
   * The answer of one mutation (its one root field), or null when it was given up.
   *
   * @param {(answer: object) => boolean} [isFinal] false: a refusal to wait for the end of, as a person would
   */
  async function change(person, mutation, input, isFinal = () => true) {
    figures.operations += 1;
    const began = performance.now();
    for (let attempt = 1; ; attempt += 1) {
      const { data, errors = [], failure } = await send(person, mutation, { input });
      const [answer = null] = Object.values(data ?? {});
      if (failure === undefined && answer !== null && errors.length === 0 && isFinal(answer)) {
        figures.acknowledged += 1;
        figures.slowestMs = Math.max(figures.slowestMs, performance.now() - began);
        return answer;
      }
      const refused = errors.find(({ extensions }) => extensions?.retryable !== true);
      if (refused !== undefined || (failure === undefined && errors.length === 0 && answer === null)) {
        verdict.wrong('a refusal that is not retryable', { of: nameOf(mutation), refused });
        return null;
      }
      count(failure ?? errors[0]?.extensions.code ?? answer.__typename);
      if (performance.now() - began > patienceMs) {
        verdict.wrong('never acknowledged', nameOf(mutation));
        return null;
      }
      await sleep(Math.min(1_000, 50 * 2 ** attempt));
    }
  }

  return {
    send,
    change,
    figures,
    notes: () => ({
      sendings: figures.sendings,
      refusals: figures.refusals,
      slowestAnswerMs: Math.round(figures.slowestAnswerMs),
      slowestAcknowledgedMs: Math.round(figures.slowestMs),
    }),
  };
}

function nameOf(query) {
  return /(?:query|mutation)\s+(\w+)/.exec(query)?.[1] ?? 'an operation';
}
