import { signViewerStatement, viewerStatementHeader, type ViewerFacts } from '@zhijia/access';
import { Pool, type Dispatcher } from 'undici';
import type { SubgraphAddress } from '../gateway.config.js';
import type { Deadline } from './deadline.js';
import { Pulse, StandsStill, type PulseOptions } from './pulse.js';
import { DeadlinePassed, WholeAnswer, type SubgraphAnswer } from './whole-answer.js';

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
  ask(request: SubgraphRequest, deadline: Deadline): Promise<SubgraphAnswer> {
    if (deadline.leftMs <= 0) return Promise.reject(new DeadlinePassed(this.name));
    if (this.pulse.standsStill) return Promise.reject(new StandsStill(this.name));
    return new Promise((resolve, reject) => {
      this.pool.dispatch(
        this.withStatement(request),
        new WholeAnswer(this.name, this.pulse, deadline, resolve, reject),
      );
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
