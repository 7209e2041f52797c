import type { TrustedDocuments } from '../documents/trusted-documents.js';
import type { GraphAnswer, GraphRequest } from './answer-request.js';
import type { GraphContext } from './graph-context.js';

/** A graph that is served, and what ends with it. */
export interface OpenGraph {
  answer(request: GraphRequest, context: GraphContext): Promise<GraphAnswer>;
  /** What its clients were built with. */
  documents: TrustedDocuments;
  close(): Promise<void>;
}

interface Held {
  graph: OpenGraph;
  underWay: number;
  /** Called when the last operation of a graph that was replaced has ended. */
  onIdle: (() => void) | null;
}

/**
 * The place that one graph is asked at while the graph itself may be exchanged: an operation ends on the graph that it
 * began on, the next one begins on the new one, and none is refused in between.
 */
export class GraphSlot {
  private held: Held;

  constructor(graph: OpenGraph) {
    this.held = { graph, underWay: 0, onIdle: null };
  }

  async ask<T>(operation: (graph: OpenGraph) => Promise<T>): Promise<T> {
    const held = this.held;
    held.underWay += 1;
    try {
      return await operation(held.graph);
    } finally {
      held.underWay -= 1;
      if (held.underWay === 0) held.onIdle?.();
    }
  }

  /** Resolves when the last operation of the graph before has ended and that graph is closed. */
  async replace(graph: OpenGraph): Promise<void> {
    const before = this.held;
    this.held = { graph, underWay: 0, onIdle: null };
    if (before.underWay > 0) await new Promise<void>((resolve) => (before.onIdle = resolve));
    await before.graph.close();
  }

  close(): Promise<void> {
    return this.held.graph.close();
  }
}
