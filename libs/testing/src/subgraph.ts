/** The second door: what boots a whole service, and therefore loads one. */
export { bootSubgraph, type BootedSubgraph, type BootOptions } from './boot-subgraph.js';
export { expectAccessMatrix } from './expect-access-matrix.js';
export { expectConsentedField, type ConsentedField } from './expect-consented-field.js';
