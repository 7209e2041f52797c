import { Client } from 'undici';

/**
 * Clients in a closed loop: each keeps one connection open and sends its next request when it has the answer to the one
 * before. The load adapts to the server, so latencies are those of a server that is busy and not of a growing queue.
 *
 * @param {object} options
 * @param {string} options.origin `http://127.0.0.1:4000`
 * @param {number} options.clients
 * @param {(client: number, count: number) => { method?: string, path: string, headers?: object, body?: string }} options.request
 *   the next request of a client; clients that differ in nothing would flatter whatever answers alike requests once
 * @param {(answer: { status: number, body: Buffer }, client: number) => string | null} [options.wrong] what is wrong with
 *   an answer, null for nothing; asked for each, so it is cheap
 */
export function openClosedLoop({ origin, clients, request, wrong = wrongStatus }) {
  const loops = Array.from({ length: clients }, (_, index) => ({
    index,
    count: 0,
    connection: new Client(origin, { pipelining: 1, keepAliveTimeout: 60_000, bodyTimeout: 60_000 }),
  }));

  /** One request of one client, for checks before and between. */
  const askOnce = (index, asked) => send(loops[index].connection, asked ?? request(index, loops[index].count++));

  /**
   * @param {number} seconds
   * @returns `{ requests, seconds, perSecond, latenciesMs }` of answers that came within this time; `sent` counts those
   *   under way at its end too
   * @throws Error with the first wrong answer, when there was one
   */
  async function run(seconds) {
    const latenciesMs = [];
    let sent = 0;
    let firstWrong = null;
    const began = performance.now();
    const end = began + seconds * 1_000;
    await Promise.all(
      loops.map(async (loop) => {
        let sentAt = performance.now();
        while (sentAt < end && firstWrong === null) {
          sent += 1;
          const answer = await send(loop.connection, request(loop.index, loop.count++));
          const answered = performance.now();
          const problem = wrong(answer, loop.index);
          if (problem !== null) firstWrong ??= `client ${loop.index} got ${problem}`;
          if (answered <= end) latenciesMs.push(answered - sentAt);
          sentAt = answered;
        }
      }),
    );
    if (firstWrong !== null) throw new Error(`Wrong answer under load: ${firstWrong}`);
    return { requests: latenciesMs.length, sent, seconds, perSecond: latenciesMs.length / seconds, latenciesMs };
  }

  return { run, askOnce, close: () => Promise.all(loops.map(({ connection }) => connection.destroy())) };
}

/** GraphQL: status 200 and no `errors`. Looks at bytes, because parsing each answer would cost as much as sending it. */
export function wrongGraphqlAnswer({ status, body }) {
  if (status !== 200 || body.includes('"errors"')) return `${status} ${body.subarray(0, 400)}`;
  return null;
}

function wrongStatus({ status, body }) {
  return status === 200 ? null : `${status} ${body.subarray(0, 400)}`;
}

function send(connection, { method = 'POST', path, headers, body }) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    let status = 0;
    // The bare handler costs half of `request()`; the load generator shares its cores with what it measures.
    connection.dispatch(
      { method, path, headers, body },
      {
        onRequestStart() {},
        onResponseStart(_controller, statusCode) {
          status = statusCode;
        },
        onResponseData(_controller, chunk) {
          chunks.push(chunk);
        },
        onResponseEnd() {
          resolve({ status, body: chunks.length === 1 ? chunks[0] : Buffer.concat(chunks) });
        },
        onResponseError(_controller, error) {
          reject(error);
        },
      },
    );
  });
}
