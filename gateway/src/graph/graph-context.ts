import type { Viewer } from '@zhijia/access';

/** What goes with one operation from the door to the subgraphs. */
export interface GraphContext {
  viewer: Viewer;
  requestId: string;
  /** Collects the codes that the client is told, for the request's log line. */
  toldCodes: string[];
}
