import type { ConsentField } from '@zhijia/contracts';
import type { RoleName } from './role-name.js';
import type { Viewer } from './viewer.js';

/**
 * Who may reach a field of the schema. A rule sees the viewer and the row the field hangs on; which *rows* a viewer
 * may reach is part of the store's query, and what a viewer may *do* is asked by the use case.
 */
export interface Rule {
  /** For the access matrix and for people: "officers", "the member themselves". */
  readonly describes: string;
  /** Whether the answer depends on the row; then the matrix shows it for an own and for a foreign row. */
  readonly dependsOnRow: boolean;
  allows(viewer: Viewer, row: unknown): boolean;
}

export type RuleTable = Readonly<Record<string, Rule>>;

/** The rules a schema may name in `@access(rule: "...")`; `parent` and `anyViewer` are there for everybody. */
export function defineRules<Table extends RuleTable>(table: Table): Table & typeof commonRules {
  return { ...commonRules, ...table };
}

/** For pure value types: who reached the thing may read its parts. */
const withParent: Rule = { describes: 'whoever reached the parent', dependsOnRow: false, allows: () => true };

/** Any signed-in viewer of an audience that the field is tagged for. */
export const anyViewer: Rule = { describes: 'any viewer', dependsOnRow: false, allows: () => true };

/** Somebody who is a member, and no server and no staff. */
export const people: Rule = {
  describes: 'people who are members',
  dependsOnRow: false,
  allows: (viewer) => viewer.memberId !== null,
};

const commonRules = { parent: withParent, anyViewer } as const;

/** Whoever holds one of these offices, wherever: how far it reaches is part of the store's query. */
export function hasRole(...roles: readonly RoleName[]): Rule {
  return { describes: roles.join(', '), dependsOnRow: false, allows: (viewer) => viewer.has(...roles) };
}

/** The row belongs to the member who asks: `property` of the row holds the member's id. */
export function ownedBy(property: string): Rule {
  return {
    describes: `the member in ${property}`,
    dependsOnRow: true,
    allows: (viewer, row) =>
      viewer.memberId !== null &&
      typeof row === 'object' &&
      row !== null &&
      (row as Record<string, unknown>)[property] === viewer.memberId,
  };
}

/** On what one consent shows of a member (`coveredFields` of the row): the consent covers this field. */
export function coveredByConsent(field: ConsentField): Rule {
  return {
    describes: `a partner whose consent covers ${field}`,
    dependsOnRow: true,
    allows: (viewer, row) =>
      viewer.has('bank-client') &&
      typeof row === 'object' &&
      row !== null &&
      isAmong((row as { coveredFields?: unknown }).coveredFields, field),
  };
}

function isAmong(fields: unknown, field: ConsentField): boolean {
  return Array.isArray(fields) && fields.includes(field);
}

/** Whoever one of the rules lets through. */
export function anyOf(...rules: readonly Rule[]): Rule {
  return {
    describes: rules.map((rule) => rule.describes).join(' or '),
    dependsOnRow: rules.some((rule) => rule.dependsOnRow),
    allows: (viewer, row) => rules.some((rule) => rule.allows(viewer, row)),
  };
}
