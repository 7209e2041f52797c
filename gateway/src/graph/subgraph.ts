import { signViewerStatement, viewerStatementHeader, type ViewerFacts } from '@zhijia/access';
import { Pool, type Dispatcher } from 'undici';
import type { SubgraphAddress } from '../gateway.config.js';
import { Pulse, StandsStill, type Abortable, type PulseOptions } from './pulse.js';

const maxAnswerBytes = 32 * 1_024 * 1_024;
const connections = 128;

/** What is asked of a subgraph, in whose name. */
export interface SubgraphRequest {
  viewer: ViewerFacts;
  method: 'GET' | 'POST';
  path: string;
  body?: string;
  headers?: Readonly<Record<string, string>>;
}

/** Told to a subgraph: how many milliseconds are left until nobody waits for its answer any more. */
export const deadlineHeader = 'x-zhijia-deadline-ms';

export class DeadlinePassed extends Error {
  constructor(name: string) {
    super(`${name} did not answer before the deadline`);
    this.name = 'DeadlinePassed';
  }
}

const lostConnection: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_SOCKET',
]);

/** The way to the subgraph failed, not its answer: whether it read the request is not known. */
export function isLostConnection(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && lostConnection.has(error.code);
}

export interface SubgraphAnswer {
  status: number;
  text: string;
}

/** One subgraph: its connections, kept open, and the key for the statements about who asks. */
export class Subgraph {
  readonly name: string;
  /** Where it answers GraphQL. */
  readonly graphqlPath: string;
  private readonly key: Buffer | null;
  private readonly pool: Pool;
  /** Apart, so that requests that wait never hold up the question whether it lives. */
  private readonly probes: Pool;
  private readonly pulse: Pulse;

  constructor(
    address: SubgraphAddress,
    timeoutMs: number,
    options: {
      isForStreams?: boolean;
      pulse?: Partial<PulseOptions>;
      /** Told when the breaker opens (nothing more is asked), and when it closes. */
      onBreaker?: (isOpen: boolean) => void;
    } = {},
  ) {
    this.name = address.name;
    this.graphqlPath = address.path;
    this.key = address.viewerStatementKey;
    this.pool = new Pool(address.origin, {
      connections,
      pipelining: 1,
      connect: { timeout: 2_000 },
      // Below the 75 s after which a subgraph closes an idle connection: a request must not meet that.
      keepAliveTimeout: 60_000,
      keepAliveMaxTimeout: 60_000,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      ...(options.isForStreams === true ? {} : { maxResponseSize: maxAnswerBytes }),
    });
    this.probes = new Pool(address.origin, { connections: 2, pipelining: 1, connect: { timeout: 2_000 } });
    this.pulse = new Pulse(
      this.name,
      async (withinMs) => (await this.probe('/health/live', withinMs)) !== null,
      options.pulse,
      options.onBreaker,
    );
  }

  /** The answer as a stream, for what may be large. */
  send(request: SubgraphRequest): Promise<Dispatcher.ResponseData> {
    return this.pool.request(this.withStatement(request));
  }

  /** The whole answer. Without a stream for each it costs a third less, and one operation makes many fetches. */
  ask(request: SubgraphRequest, withinMs: number): Promise<SubgraphAnswer> {
    if (withinMs <= 0) return Promise.reject(new DeadlinePassed(this.name));
    if (this.pulse.standsStill) return Promise.reject(new StandsStill(this.name));
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let status = 0;
      let sent: Abortable | null = null;
      let isLate = false;
      const late = setTimeout(() => {
        isLate = true;
        const error = new DeadlinePassed(this.name);
        reject(error);
        sent?.abort(error);
      }, withinMs);
      this.pool.dispatch(this.withStatement(request), {
        onRequestStart: (controller) => {
          sent = controller;
          if (isLate) return void controller.abort(new DeadlinePassed(this.name));
          this.pulse.begun(controller);
        },
        onResponseStart: (_controller, statusCode) => {
          this.pulse.sign();
          status = statusCode;
        },
        onResponseData: (_controller, chunk) => {
          chunks.push(chunk);
        },
        onResponseEnd: (controller) => {
          clearTimeout(late);
          this.pulse.ended(controller);
          resolve({ status, text: Buffer.concat(chunks).toString('utf8') });
        },
        onResponseError: (_controller, error) => {
          clearTimeout(late);
          if (sent !== null) this.pulse.ended(sent);
          if (status === 0 && isLostConnection(error)) this.pulse.failed();
          reject(error);
        },
      });
    });
  }

  /** Nothing of the client's own headers goes along: the statement says all that a subgraph may know. */
  private withStatement({ viewer, method, path, body, headers }: SubgraphRequest): Dispatcher.DispatchOptions {
    const { key } = this;
    const stated = { subgraph: this.name, method, path, body: body ?? '' };
    return {
      method,
      path,
      headers:
        key === null
          ? headers
          : { ...headers, [viewerStatementHeader]: signViewerStatement(viewer, stated, key, Date.now()) },
      ...(body === undefined ? {} : { body }),
    };
  }

  /** Whether it says of itself that it can work. */
  async isReady(withinMs: number): Promise<boolean> {
    return (await this.probe('/health/ready', withinMs)) === 200;
  }

  /** Null when nothing comes in time. Without a statement, as probes ask. */
  private async probe(path: string, withinMs: number): Promise<number | null> {
    try {
      const answer = await this.probes.request({ method: 'GET', path, signal: AbortSignal.timeout(withinMs) });
      await answer.body.dump();
      return answer.statusCode;
    } catch {
      return null;
    }
  }

  /** Lets running requests end. */
  async close(): Promise<void> {
    this.pulse.close();
    await Promise.all([this.pool.close(), this.probes.close()]);
  }
}
