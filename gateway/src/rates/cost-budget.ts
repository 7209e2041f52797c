import { HeaderMap } from '@apollo/server';
import type { Viewer } from '@zhijia/access';
import { GraphQLError } from 'graphql';
import { limitExceeded } from '../graph/operation-limits.js';
import { refusals } from '../refusals.js';
import type { Rates } from './rates.js';

/** To plan a document takes as long as to answer many. */
const planCost = 100;
const charactersPerCost = 10;

/** What the operations of one audience may cost: each of them, and those of one viewer in a minute. */
export class CostBudget {
  constructor(
    private readonly maxCost: number,
    private readonly rates: Rates,
  ) {}

  /** Takes the cost of an operation that is about to be run. */
  async refusalOf(viewer: Viewer, cost: number): Promise<GraphQLError | null> {
    if (cost > this.maxCost) return limitExceeded('cost', this.maxCost);
    return this.take(viewer, cost);
  }

  /**
   * Takes what it costs to plan an operation of so many characters: who sends ever new ones comes to an end of it. One
   * that would be refused for its own cost is not planned for that.
   */
  async refusalOfPlanning(viewer: Viewer, cost: number, characters: number): Promise<GraphQLError | null> {
    if (cost > this.maxCost) return limitExceeded('cost', this.maxCost);
    return this.take(viewer, planCost + Math.ceil(characters / charactersPerCost));
  }

  private async take(viewer: Viewer, cost: number): Promise<GraphQLError | null> {
    const seconds = await this.rates.secondsToWait(viewer, 'cost', cost);
    return seconds === 0 ? null : rateLimited(seconds);
  }
}

function rateLimited(seconds: number): GraphQLError {
  const { status, message } = refusals.RATE_LIMITED;
  return new GraphQLError(message, {
    extensions: {
      code: 'RATE_LIMITED',
      retryable: true,
      http: { status, headers: new HeaderMap([['retry-after', String(seconds)]]) },
    },
  });
}
