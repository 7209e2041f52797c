import { consentFields } from '@zhijia/contracts';
import type { GraphQLSchema } from 'graphql';
import { audiences, type Audience } from './audience.js';
import { declaredFields, type DeclaredField } from './declared-fields.js';
import { roleNames, type RoleName } from './role-name.js';
import type { Rule, RuleTable } from './rule.js';
import { Viewer } from './viewer.js';

/** A row that belongs to the viewer, whatever the property that says so, or to a partner by consent to everything. */
const ownRow: object = new Proxy(
  {},
  { get: (_row, property) => (property === 'coveredFields' ? consentFields : 'self') },
);
/** A row that never does. */
const foreignRow: object = new Proxy({}, { get: () => 'somebody else' });

/**
 * Every field with every role, as text to be committed and reviewed: `yes`, `own` (rows of the viewer only) or `-`,
 * for viewers of an audience the field is tagged for. A change of access is a line in a diff.
 */
export function renderAccessMatrix(schema: GraphQLSchema, rules: RuleTable): string {
  const fields = declaredFields(schema).sort((left, right) => (nameOf(left) < nameOf(right) ? -1 : 1));
  const lines = fields.map((declared) => {
    const rule = rules[declared.rule ?? ''];
    if (rule === undefined) throw new Error(`${nameOf(declared)} names no rule of the table`);
    const [audience] = declared.audiences;
    const seenBy = audiences.filter((one) => declared.audiences.has(one)).join(' ') || 'nobody';
    const reachedBy = audience === undefined ? 'no role' : whoReaches(rule, audience);
    return `${nameOf(declared)} | ${seenBy} | ${declared.rule} | ${reachedBy}`;
  });
  return ['field | audiences | rule | reached by', ...lines, ''].join('\n');
}

function whoReaches(rule: Rule, audience: Audience): string {
  const reaching = (row: object): RoleName[] => roleNames.filter((role) => rule.allows(aViewer(role, audience), row));
  const anyRow = reaching(foreignRow);
  const ownRowOnly = reaching(ownRow).filter((role) => !anyRow.includes(role));
  return [listOf(anyRow), listOf(ownRowOnly, ' (own rows)')].filter((part) => part !== '').join(', ') || 'no role';
}

function listOf(roles: readonly RoleName[], suffix = ''): string {
  if (roles.length === roleNames.length) return `every role${suffix}`;
  return roles.map((role) => `${role}${suffix}`).join(', ');
}

function nameOf({ type, field }: DeclaredField): string {
  return `${type.name}.${field.name}`;
}

function aViewer(role: RoleName, audience: Audience): Viewer {
  return new Viewer({
    issuer: 'matrix',
    subject: role,
    client: 'matrix',
    audience,
    memberId: 'self',
    roles: [{ role, organisationId: 'organisation' }],
    actingFor: null,
  });
}
