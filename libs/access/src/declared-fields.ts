import {
  Kind,
  isObjectType,
  type ConstDirectiveNode,
  type FieldDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import { isAudience, type Audience } from './audience.js';

export interface DeclaredField {
  type: GraphQLObjectType;
  field: GraphQLField<unknown, unknown>;
  /** The rule named on the field, else on its type; null when neither names one. */
  rule: string | null;
  audiences: ReadonlySet<Audience>;
}

/** Every field of every object type with what the schema says about it; Federation's own root fields left out. */
export function declaredFields(schema: GraphQLSchema): DeclaredField[] {
  return Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter((type) => !type.name.startsWith('__') && type.name !== '_Service')
    .flatMap((type) => {
      const typeRule = ruleIn(typeDirectives(type));
      return Object.values(type.getFields())
        .filter((field) => field.name !== '_service' && field.name !== '_entities')
        .map((field) => ({
          type,
          field,
          rule: ruleIn(field.astNode?.directives) ?? typeRule,
          audiences: audiencesIn(field.astNode),
        }));
    });
}

function typeDirectives(type: GraphQLObjectType): ConstDirectiveNode[] {
  return [type.astNode, ...type.extensionASTNodes].flatMap((node) => node?.directives ?? []);
}

function ruleIn(directives: readonly ConstDirectiveNode[] | undefined): string | null {
  return stringArgument(
    directives?.find((directive) => directive.name.value === 'access'),
    'rule',
  );
}

function audiencesIn(field: FieldDefinitionNode | null | undefined): ReadonlySet<Audience> {
  const names = (field?.directives ?? [])
    .filter((directive) => directive.name.value === 'tag' || directive.name.value === 'federation__tag')
    .map((directive) => stringArgument(directive, 'name'));
  return new Set(names.filter(isAudience));
}

function stringArgument(directive: ConstDirectiveNode | undefined, name: string): string | null {
  const value = directive?.arguments?.find((argument) => argument.name.value === name)?.value;
  return value?.kind === Kind.STRING ? value.value : null;
}
