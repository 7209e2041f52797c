export { definePolicy, type Policy, type PolicyValue } from './define-policy.js';
export { regionPath } from './region-path.js';
export {
  PolicyStore,
  PolicyValueInvalid,
  type Announcement,
  type AnnouncePolicyOutcome,
  type PolicyInForce,
} from './policy.store.js';
export { policyMigrations } from './migrations/index.js';
export * from './catalogue.js';
