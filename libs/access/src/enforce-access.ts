import {
  defaultFieldResolver,
  isNonNullType,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLSchema,
} from 'graphql';
import { accessDenied } from './access-denied.js';
import { declaredFields, type DeclaredField } from './declared-fields.js';
import type { Rule, RuleTable } from './rule.js';
import { Viewer } from './viewer.js';

/** Thrown when a service starts with a field nobody decided about. */
export class AccessRuleMissing extends Error {
  constructor(readonly fields: readonly string[]) {
    super(
      `Every field needs @access(rule: "...") on itself or its type, naming a rule of the service's permissions:\n` +
        fields.map((field) => `  ${field}`).join('\n'),
    );
    this.name = 'AccessRuleMissing';
  }
}

/**
 * Puts every field of the executable schema behind its rule and its audiences, those with default resolvers too, so
 * that access holds on every path (`_entities` included, where Nest's guards do not run). Changes the schema in place.
 *
 * A refused field that may be null is null, as if the thing did not exist; any other refusal is an error `ACCESS_DENIED`.
 *
 * @throws AccessRuleMissing when a field names no rule, or one that the table does not have.
 */
export function enforceAccess(schema: GraphQLSchema, rules: RuleTable): GraphQLSchema {
  const fields = declaredFields(schema);
  const undecided = fields.filter(({ rule }) => rule === null || rules[rule] === undefined);
  if (undecided.length > 0) {
    throw new AccessRuleMissing(
      undecided.map(({ type, field, rule }) =>
        rule === null ? `${type.name}.${field.name}` : `${type.name}.${field.name} (no rule is called "${rule}")`,
      ),
    );
  }
  const mutation = schema.getMutationType();
  for (const declared of fields) {
    const rule = rules[declared.rule ?? ''];
    if (rule === undefined) continue;
    declared.field.resolve = guarded(declared, rule, declared.type === mutation);
  }
  hideServiceSdl(schema);
  return schema;
}

function guarded(
  { field, audiences }: DeclaredField,
  rule: Rule,
  isMutation: boolean,
): GraphQLFieldResolver<unknown, unknown> {
  const resolve = field.resolve ?? defaultFieldResolver;
  const refusesWithNull = !isMutation && !isNonNullType(field.type);
  return (row, args, context, info) => {
    const viewer = viewerOf(context);
    if (viewer !== null && audiences.has(viewer.audience) && rule.allows(viewer, row)) {
      return resolve(row, args, context, info);
    }
    if (refusesWithNull) return null;
    throw accessDenied();
  };
}

function viewerOf(context: unknown): Viewer | null {
  const viewer = typeof context === 'object' && context !== null ? (context as { viewer?: unknown }).viewer : null;
  return viewer instanceof Viewer ? viewer : null;
}

/** Composition reads the committed files; at run time nobody needs a subgraph's SDL. */
function hideServiceSdl(schema: GraphQLSchema): void {
  const service: GraphQLField<unknown, unknown> | undefined = schema.getQueryType()?.getFields()['_service'];
  if (service === undefined) return;
  service.resolve = () => {
    throw accessDenied();
  };
}
