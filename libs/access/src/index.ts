export { audiences, isAudience, type Audience } from './audience.js';
export { Viewer, type RoleGrant, type ViewerFacts } from './viewer.js';
export { isRoleName, roleNames, type RoleName } from './role-name.js';
export {
  anyOf,
  anyViewer,
  coveredByConsent,
  defineRules,
  hasRole,
  ownedBy,
  people,
  type Rule,
  type RuleTable,
} from './rule.js';
export { declaredFields, type DeclaredField } from './declared-fields.js';
export { AccessRuleMissing, enforceAccess } from './enforce-access.js';
export { readConsentGrant, signConsentGrant, type ConsentGrant } from './consent-grant.js';
export { accessDenied } from './access-denied.js';
export { renderAccessMatrix } from './access-matrix.js';
export {
  signViewerStatement,
  verifyViewerStatement,
  viewerStatementHeader,
  type StatedRequest,
  type ViewerStatementCheck,
} from './viewer-statement.js';
export { certificateThumbprint, clientCertificateOf } from './client-certificate.js';
