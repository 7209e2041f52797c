import { Kind } from 'graphql';

/**
 * What is shared is asked for as nobody in particular: a field that only some viewers may reach would be null to all.
 *
 * @throws Error with every field that is shared and not for any viewer
 */
export function refusePrivateSharing(service, definitions) {
  const problems = definitions.flatMap((type) =>
    type.kind !== Kind.OBJECT_TYPE_DEFINITION
      ? []
      : (type.fields ?? [])
          .filter((field) => directiveOf(field, 'cacheControl') !== undefined)
          .filter((field) => (ruleOf(field) ?? ruleOf(type)) !== 'anyViewer')
          .map((field) => `  ${type.name.value}.${field.name.value}`),
  );
  if (problems.length === 0) return;
  throw new Error(
    `${service}: @cacheControl is for fields with @access(rule: "anyViewer"). Take it away from\n${problems.join('\n')}`,
  );
}

function ruleOf(node) {
  return directiveOf(node, 'access')?.arguments.find(({ name }) => name.value === 'rule')?.value.value;
}

function directiveOf(node, name) {
  return node.directives?.find((directive) => directive.name.value === name);
}
