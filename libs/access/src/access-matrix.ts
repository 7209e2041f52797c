import type { GraphQLSchema } from 'graphql';
import { audiences, type Audience } from './audience.js';
import { declaredFields, type DeclaredField } from './declared-fields.js';
import { roleNames, type RoleName } from './role-name.js';
import type { RuleTable } from './rule.js';
import { Viewer } from './viewer.js';

/** A row that belongs to the viewer, whatever the property that says so; and one that never does. */
const ownRow: object = new Proxy({}, { get: () => 'self' });
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
    const reach = roleNames.map((role) => {
      const viewer = aViewer(role, [...declared.audiences][0] ?? 'mobile');
      if (declared.audiences.size === 0) return null;
      const foreign = rule.allows(viewer, foreignRow);
      return foreign ? role : rule.allows(viewer, ownRow) ? `${role} (own)` : null;
    });
    const reaching = reach.filter((entry) => entry !== null);
    const seenBy = audiences.filter((audience) => declared.audiences.has(audience)).join(' ') || 'nobody';
    const who = reaching.length === roleNames.length ? 'every role' : reaching.join(', ') || 'no role';
    return `${nameOf(declared)} | ${seenBy} | ${declared.rule} | ${who}`;
  });
  return ['field | audiences | rule | reached by', ...lines, ''].join('\n');
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
