import type { Viewer } from '@zhijia/access';
import type { RequestLoaders } from './request-loaders.js';

/** What a resolver finds in its context: who asks, and the loaders of this one request. */
export interface GraphContext {
  viewer: Viewer;
  loaders: RequestLoaders;
}
