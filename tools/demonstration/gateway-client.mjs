import { pause, until } from './each-of.mjs';

/** What stands for "not now": the same request may be sent again (docs/codes.md). */
const passing = new Set(['TRY_AGAIN', 'SUBGRAPH_UNAVAILABLE']);
const mostTries = 12;

/** A refusal that nobody expected here: an error of the graph, or a result of another type than wanted. */
export class Refused extends Error {
  /** @param {string | null} [refusal] the type of the result, where a business rule refused */
  constructor(operation, told, refusal = null) {
    super(`${operation}: ${told}`);
    this.name = 'Refused';
    this.refusal = refusal;
  }
}

/**
 * The graph as a client of the gateway sees it.
 *
 * @param {{ gateway: Record<string, string>, tokenOf: (identity: object, audience?: string) => Promise<string> }} options
 */
export function openGateway({ gateway, tokenOf }) {
  async function send(identity, query, variables) {
    const { audience } = identity;
    const response = await fetch(gateway[audience], {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await tokenOf(identity, audience)}` },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(60_000),
    });
    return response.json();
  }

  /** One operation; asked again while the product says that it passes. */
  async function ask(identity, query, variables = {}) {
    for (let attempt = 1; ; attempt += 1) {
      let told;
      try {
        const { data, errors } = await send(identity, query, variables);
        if (errors === undefined) return data;
        told = errors.map(({ message, extensions }) => `${extensions?.code}: ${message}`).join('; ');
        if (!errors.some(({ extensions }) => passing.has(extensions?.code) || extensions?.retryable === true)) {
          throw new Refused(nameOf(query), told);
        }
      } catch (error) {
        if (error instanceof Refused) throw error;
        told = error.cause?.code ?? error.message;
      }
      if (attempt === mostTries) throw new Refused(nameOf(query), told);
      await pause(Math.min(2_000, 50 * 2 ** attempt));
    }
  }

  /**
   * One mutation whose result must be of the type `wanted`.
   *
   * @param {readonly string[]} [fine] refusals that say it is as wanted already: then null
   */
  async function change(identity, query, input, wanted, fine = []) {
    const data = await ask(identity, query, { input });
    const [result] = Object.values(data);
    if (result.__typename === wanted) return result;
    if (fine.includes(result.__typename)) return null;
    throw new Refused(nameOf(query), `${result.__typename}: ${result.messageEn}`, result.__typename);
  }

  /** The same for what an event makes possible a moment later: while this refusal comes back it is sent again. */
  function changeOnceKnown(identity, query, input, wanted, refusal, fine = []) {
    return until(
      async () => {
        try {
          return { result: await change(identity, query, input, wanted, fine) };
        } catch (error) {
          if (error.refusal === refusal) return null;
          throw error;
        }
      },
      { what: `${nameOf(query)} without ${refusal}`, withinMs: 60_000 },
    ).then(({ result }) => result);
  }

  /** The text of a public file, by its path at the gateway. */
  async function read(path) {
    const response = await fetch(new URL(path, gateway.mobile), { signal: AbortSignal.timeout(60_000) });
    if (!response.ok) throw new Refused('a public file', `${path}: ${response.status}`);
    return response.text();
  }

  return { ask, change, changeOnceKnown, read };
}

function nameOf(query) {
  return /(?:query|mutation)\s+(\w+)/.exec(query)?.[1] ?? 'a request';
}
