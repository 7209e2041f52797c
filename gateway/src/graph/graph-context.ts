import type { Viewer } from '@zhijia/access';
import type { ExecutionResult } from 'graphql';
import type { Deadline } from './deadline.js';

/** What goes with one operation from the door to the subgraphs. */
export interface GraphContext {
  viewer: Viewer;
  /** Whether this request may ask for a change as it was sent, or has to be signed for that. */
  mayChange: boolean;
  requestId: string;
  /** When the client is answered at the latest. */
  deadline: Deadline;
  /** Collects the codes that the client is told, for the request's log line. */
  toldCodes: string[];
  /** What came of the operation, where it was run before Apollo Server was asked to tell it. */
  outcome?: Promise<ExecutionResult>;
}
