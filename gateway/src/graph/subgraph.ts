import { signViewerStatement, viewerStatementHeader, type ViewerFacts } from '@zhijia/access';
import { Pool, type Dispatcher } from 'undici';
import type { SubgraphAddress } from '../gateway.config.js';

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

  constructor(address: SubgraphAddress, timeoutMs: number, options: { isForStreams?: boolean } = {}) {
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
  }

  /** The answer as a stream, for what may be large. */
  send(request: SubgraphRequest): Promise<Dispatcher.ResponseData> {
    return this.pool.request(this.withStatement(request));
  }

  /** The whole answer. Without a stream for each it costs a third less, and one operation makes many fetches. */
  ask(request: SubgraphRequest): Promise<SubgraphAnswer> {
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let status = 0;
      this.pool.dispatch(this.withStatement(request), {
        onRequestStart: () => {},
        onResponseStart: (_controller, statusCode) => {
          status = statusCode;
        },
        onResponseData: (_controller, chunk) => {
          chunks.push(chunk);
        },
        onResponseEnd: () => resolve({ status, text: Buffer.concat(chunks).toString('utf8') }),
        onResponseError: (_controller, error) => reject(error),
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

  /** Whether it says of itself that it can work; asks without a statement, as probes do. */
  async isReady(withinMs: number): Promise<boolean> {
    try {
      const answer = await this.pool.request({
        method: 'GET',
        path: '/health/ready',
        signal: AbortSignal.timeout(withinMs),
      });
      await answer.body.dump();
      return answer.statusCode === 200;
    } catch {
      return false;
    }
  }

  /** Lets running requests end. */
  close(): Promise<void> {
    return this.pool.close();
  }
}
