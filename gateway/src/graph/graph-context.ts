import type { Viewer } from '@zhijia/access';

/** What goes with one operation from the door to the subgraphs. */
export interface GraphContext {
  viewer: Viewer;
  /** Whether this request may ask for a change as it was sent, or has to be signed for that. */
  mayChange: boolean;
  requestId: string;
  /** When the client is answered at the latest, on the clock of `performance.now()`. */
  deadlineAt: number;
  /** Collects the codes that the client is told, for the request's log line. */
  toldCodes: string[];
}
