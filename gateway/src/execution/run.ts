import type { GraphQLError } from 'graphql';
import type { DataObject } from './answer-data.js';

/** More errors than this help nobody; the rest of them is left out of an answer. */
const maxErrors = 1_000;

/** One run of one operation: what goes in, and what has been gathered so far. Nothing of it outlives the request. */
export class Run<Context> {
  readonly data: DataObject = {};
  private readonly failures: { step: number; error: GraphQLError }[] = [];

  constructor(
    readonly context: Context,
    readonly variables: Readonly<Record<string, unknown>>,
  ) {}

  /** Errors are told in the order of the plan, whichever fetch was answered first. */
  fail(step: number, error: GraphQLError): void {
    if (this.failures.length < maxErrors) this.failures.push({ step, error });
  }

  get errors(): GraphQLError[] {
    return this.failures.sort((one, other) => one.step - other.step).map(({ error }) => error);
  }
}

/** A compiled part of a plan; works on the objects at its place. Never rejects for what a subgraph does. */
export type Step<Context> = (run: Run<Context>, objects: readonly DataObject[]) => Promise<void> | undefined;
