import type { GraphQLDataSource, GraphQLDataSourceProcessOptions } from '@apollo/gateway';
import type { Log } from '@zhijia/logging';
import { inSpan, SpanKind, traceHeaders, type SpanOptions } from '@zhijia/tracing';
import { GraphQLError, OperationTypeNode } from 'graphql';
import type { Metrics } from '../metrics.js';
import { refusals } from '../refusals.js';
import type { Fetch, FetchAnswer, FetchSender } from '../execution/compile-fetch.js';
import type { PlanPath } from '../execution/places.js';
import type { GraphContext } from './graph-context.js';
import { missingFields } from './missing-fields.js';
import { deadlineHeader, type Subgraph } from './subgraph.js';
import { isLostConnection, type SubgraphAnswer } from './whole-answer.js';

type Answer = Awaited<ReturnType<GraphQLDataSource['process']>>;
type AnyOptions = GraphQLDataSourceProcessOptions<GraphContext>;
/** Apollo's gateway can also ask on its own account, for a subgraph's health or schema; ours never does. */
type ClientOptions = Extract<AnyOptions, { incomingRequestContext: unknown }>;

/** A subgraph that stands still must not gather all of the gateway's requests. */
const maxFetchesUnderWay = 1_000;
/** What a proxy, or a server that is just starting or ending, answers in the subgraph's place. */
const unavailableStatuses: ReadonlySet<number> = new Set([429, 502, 503, 504]);

const asClient: SpanOptions = { kind: SpanKind.CLIENT };

/** Sends the fetches of query plans to one subgraph, each with a statement about who asks. */
export class SubgraphSource implements FetchSender<GraphContext>, GraphQLDataSource<GraphContext> {
  private underWay = 0;
  private readonly spanName: string;

  constructor(
    private readonly subgraph: Subgraph,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {
    this.spanName = `fetch ${subgraph.name}`;
  }

  send(fetch: Fetch, context: GraphContext): Promise<FetchAnswer> {
    return this.ask(fetch.body, fetch.isRead, context, () => fetch);
  }

  /** As Apollo's gateway asks, for the plans that are not compiled. */
  async process(options: AnyOptions): Promise<Answer> {
    if (!isForClient(options)) throw new Error('Subgraphs are asked for clients only');
    const { query, variables, operationName } = options.request;
    const isRead = options.incomingRequestContext.operation?.operation === OperationTypeNode.QUERY;
    return this.ask(JSON.stringify({ query, variables, operationName }), isRead, options.context, () => ({
      missing: missingFields(query ?? '', options.incomingRequestContext.document),
      path: options.pathInIncomingRequest ?? [],
    }));
  }

  private async ask(body: string, isRead: boolean, context: GraphContext, lacking: () => Lacking): Promise<Answer> {
    const { requestId } = context;
    if (this.underWay >= maxFetchesUnderWay) {
      throw this.unavailable(lacking(), requestId, new Error('Too many fetches under way'));
    }
    this.underWay += 1;
    const began = performance.now();
    let outcome = 'unavailable';
    try {
      const { status, text } = await inSpan(this.spanName, asClient, () =>
        isRead ? this.postAgainOnceLost(body, context) : this.post(body, context),
      );
      if (unavailableStatuses.has(status)) throw new Error(`Answered ${status}`);
      outcome = 'answered';
      return this.read(text, status);
    } catch (error) {
      if (outcome === 'answered') throw error;
      throw this.unavailable(lacking(), requestId, error);
    } finally {
      this.underWay -= 1;
      this.metrics.subgraphSeconds.observe(
        { subgraph: this.subgraph.name, outcome },
        (performance.now() - began) / 1_000,
      );
    }
  }

  private post(body: string, { viewer, requestId, deadline }: GraphContext): Promise<SubgraphAnswer> {
    return this.subgraph.ask(
      {
        viewer,
        method: 'POST',
        path: this.subgraph.graphqlPath,
        body,
        headers: {
          'content-type': 'application/json',
          accept: 'application/json',
          'x-request-id': requestId,
          [deadlineHeader]: String(deadline.leftMs),
          ...traceHeaders(),
        },
      },
      deadline,
    );
  }

  /** A process that is exchanged loses the connections it has; the next one has another. */
  private async postAgainOnceLost(body: string, context: GraphContext): Promise<SubgraphAnswer> {
    try {
      return await this.post(body, context);
    } catch (error) {
      if (!isLostConnection(error)) throw error;
      this.metrics.repeatedFetches.inc({ subgraph: this.subgraph.name });
      return this.post(body, context);
    }
  }

  private read(text: string, status: number): Answer {
    const answer = parseJson(text);
    if (isAnswer(answer)) {
      leaveHttpToUs(answer);
      return answer;
    }
    throw new Error(`Subgraph ${this.subgraph.name} answered ${status} with no GraphQL result`);
  }

  /** Told in the client's words: which of its fields are missing, never which service is away or where it lives. */
  private unavailable({ missing, path: place }: Lacking, requestId: string, cause: unknown): GraphQLError {
    this.log.warn({ err: cause, subgraph: this.subgraph.name, requestId }, 'A subgraph does not answer');
    // Below a list the fetch was for all of its items: there is no one path to tell.
    const isOnePlace = missing.length === 1 && !place.includes('@');
    return new GraphQLError(refusals.SUBGRAPH_UNAVAILABLE.message, {
      ...(isOnePlace ? { path: [...place, ...missing] } : {}),
      extensions: { code: 'SUBGRAPH_UNAVAILABLE', retryable: true, missing },
    });
  }
}

/** What a client lacks without the answer to a fetch, and where. */
interface Lacking {
  missing: readonly string[];
  path: PlanPath;
}

function isForClient(options: AnyOptions): options is ClientOptions {
  return 'incomingRequestContext' in options;
}

function isAnswer(parsed: unknown): parsed is Answer {
  return typeof parsed === 'object' && parsed !== null && ('data' in parsed || 'errors' in parsed);
}

/** Apollo Server takes `http` of any error for the status and the headers of its own answer to the client. */
function leaveHttpToUs({ errors }: Answer): void {
  if (!Array.isArray(errors)) return;
  for (const error of errors as unknown[]) {
    if (typeof error !== 'object' || error === null || !('extensions' in error)) continue;
    const { extensions } = error;
    if (typeof extensions === 'object' && extensions !== null && 'http' in extensions) delete extensions.http;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
