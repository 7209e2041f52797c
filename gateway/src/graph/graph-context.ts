import type { Viewer } from '@zhijia/access';

/** What goes with one operation from the door to the subgraphs. */
export interface GraphContext {
  viewer: Viewer;
  /** Whether this request may ask for a change as it was sent, or has to be signed for that. */
  mayChange: boolean;
  requestId: string;
  /** Collects the codes that the client is told, for the request's log line. */
  toldCodes: string[];
}
