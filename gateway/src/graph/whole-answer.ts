import type { Dispatcher } from 'undici';
import type { Awaited, Deadline } from './deadline.js';
import type { Pulse } from './pulse.js';

export interface SubgraphAnswer {
  status: number;
  text: string;
}

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

/** One request to a subgraph that is under way, until all of its answer is there or nobody waits for it any more. */
export class WholeAnswer implements Dispatcher.DispatchHandler, Awaited {
  private readonly chunks: Buffer[] = [];
  private status = 0;
  private sent: Dispatcher.DispatchController | null = null;
  private isLate = false;

  constructor(
    private readonly subgraph: string,
    private readonly pulse: Pulse,
    private readonly deadline: Deadline,
    private readonly resolve: (answer: SubgraphAnswer) => void,
    private readonly reject: (error: Error) => void,
  ) {
    deadline.begun(this);
  }

  giveUp(): void {
    this.isLate = true;
    const error = new DeadlinePassed(this.subgraph);
    this.reject(error);
    this.sent?.abort(error);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.sent = controller;
    if (this.isLate) controller.abort(new DeadlinePassed(this.subgraph));
    else this.pulse.begun(controller);
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    this.pulse.sign();
    this.status = status;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.chunks.push(chunk);
  }

  onResponseEnd(controller: Dispatcher.DispatchController): void {
    this.deadline.ended(this);
    this.pulse.ended(controller);
    const [first] = this.chunks;
    // Most answers come in one piece.
    const bytes = first !== undefined && this.chunks.length === 1 ? first : Buffer.concat(this.chunks);
    this.resolve({ status: this.status, text: bytes.toString('utf8') });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.deadline.ended(this);
    if (this.sent !== null) this.pulse.ended(this.sent);
    if (this.status === 0 && isLostConnection(error)) this.pulse.failed();
    this.reject(error);
  }
}
