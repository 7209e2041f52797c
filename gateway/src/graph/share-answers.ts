import { Viewer, type Audience } from '@zhijia/access';
import type { Fetch, FetchAnswer, FetchSender } from '../execution/compile-fetch.js';
import type { Metrics } from '../metrics.js';
import { RecentlyUsed } from '../recently-used.js';
import type { GraphContext } from './graph-context.js';

const heldBytes = 8 * 1_024 * 1_024;

interface Held {
  /** JSON, because whoever gets it makes it part of an answer of their own. */
  text: string;
  until: number;
}

/**
 * Answers that everybody is told alike: one that is under way is waited for, one that is new enough is told again. They
 * are asked for in the name of nobody in particular, so that what is told to all was made for all, whatever the schema
 * says. One of these belongs to one graph: another supergraph, another audience has its own.
 */
export class SharedAnswers {
  private readonly held = new RecentlyUsed<Held>(heldBytes);
  private readonly underWay = new Map<string, Promise<string>>();

  constructor(private readonly metrics: Metrics) {}

  /** Sends what is for one viewer as before. */
  before(subgraph: string, sender: FetchSender<GraphContext>): FetchSender<GraphContext> {
    return {
      send: (fetch, context) =>
        fetch.sharedForMs === null ? sender.send(fetch, context) : this.answer(subgraph, sender, fetch, context),
    };
  }

  private async answer(
    subgraph: string,
    sender: FetchSender<GraphContext>,
    fetch: Fetch,
    context: GraphContext,
  ): Promise<FetchAnswer> {
    const key = `${context.viewer.audience} ${subgraph} ${fetch.body}`;
    const held = this.held.get(key);
    if (held !== undefined && held.until > performance.now()) {
      this.metrics.sharedAnswers.inc({ how: 'held' });
      return JSON.parse(held.text) as FetchAnswer;
    }
    const awaited = this.underWay.get(key);
    if (awaited !== undefined) {
      try {
        const text = await awaited;
        this.metrics.sharedAnswers.inc({ how: 'awaited' });
        return JSON.parse(text) as FetchAnswer;
      } catch {
        // What a client is told of a failure is in the client's own words.
        return sender.send(fetch, asAnybody(context));
      }
    }
    const asking = this.ask(key, sender, fetch, context);
    this.underWay.set(key, asking);
    try {
      return JSON.parse(await asking) as FetchAnswer;
    } finally {
      this.underWay.delete(key);
    }
  }

  private async ask(
    key: string,
    sender: FetchSender<GraphContext>,
    fetch: Fetch,
    context: GraphContext,
  ): Promise<string> {
    const answer = await sender.send(fetch, asAnybody(context));
    const text = JSON.stringify(answer);
    if (answer.errors === undefined && fetch.sharedForMs !== null) {
      this.held.set(key, { text, until: performance.now() + fetch.sharedForMs }, 2 * (key.length + text.length) + 200);
    }
    return text;
  }
}

function asAnybody(context: GraphContext): GraphContext {
  return { ...context, viewer: anybody(context.viewer.audience) };
}

/** Whoever it is: no member, no role. */
export function anybody(audience: Audience): Viewer {
  return new Viewer({
    issuer: 'gateway',
    subject: 'anonymous',
    client: 'public',
    audience,
    memberId: null,
    roles: [],
    actingFor: null,
  });
}
