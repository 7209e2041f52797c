import { Kind } from 'graphql';

const objectKinds = [Kind.OBJECT_TYPE_DEFINITION, Kind.OBJECT_TYPE_EXTENSION];
const builtIn = new Set(['String', 'Int', 'Float', 'Boolean', 'ID']);

/**
 * Passes the `@tag`s of fields on to what they lead to: arguments, inputs, enums, scalars, unions, interfaces, the
 * refusals of a result, and the shared types. People write tags on the fields of objects and nowhere else.
 */
export function propagateTags(document, sharedNames) {
  const definitions = document.definitions;
  const byName = new Map();
  for (const definition of definitions) {
    if (definition.name && !byName.has(definition.name.value)) byName.set(definition.name.value, definition);
  }
  const problems = definitions.flatMap((definition) => problemsOf(definition, sharedNames));
  if (problems.length > 0) throw new Error(problems.join('\n'));

  /** Name of a type -> the tags that reach it. */
  const reached = new Map();
  const reach = (name, tags) => {
    const definition = byName.get(name);
    if (definition === undefined || builtIn.has(name)) return;
    const known = reached.get(name) ?? new Set();
    const fresh = tags.filter((tag) => !known.has(tag));
    if (fresh.length === 0) return;
    reached.set(name, new Set([...known, ...fresh]));
    switch (definition.kind) {
      case Kind.UNION_TYPE_DEFINITION:
        for (const member of definition.types ?? []) {
          if (takesTags(byName.get(member.name.value), sharedNames)) reach(member.name.value, fresh);
        }
        break;
      case Kind.INPUT_OBJECT_TYPE_DEFINITION:
        for (const field of definition.fields ?? []) reach(typeName(field.type), fresh);
        break;
      case Kind.OBJECT_TYPE_DEFINITION:
        for (const face of definition.interfaces ?? []) reach(face.name.value, fresh);
        if (takesTags(definition, sharedNames)) {
          for (const field of definition.fields ?? []) reach(typeName(field.type), fresh);
        }
        break;
      default:
    }
  };
  for (const definition of definitions.filter(({ kind }) => objectKinds.includes(kind))) {
    for (const field of definition.fields ?? []) {
      const tags = tagsOf(field);
      reach(typeName(field.type), tags);
      for (const argument of field.arguments ?? []) reach(typeName(argument.type), tags);
      for (const face of definition.interfaces ?? []) reach(face.name.value, tags);
    }
  }
  return { ...document, definitions: definitions.map((one) => tagged(one, reached, sharedNames)) };
}

/** Refusals and shared types carry no tags of their own: they go wherever a field leads to them. */
function takesTags(definition, sharedNames) {
  if (definition?.kind !== Kind.OBJECT_TYPE_DEFINITION) return false;
  return (
    sharedNames.has(definition.name.value) ||
    (definition.interfaces ?? []).some((face) => face.name.value === 'Refusal')
  );
}

function tagged(definition, reached, sharedNames) {
  const tags = [...(reached.get(definition.name?.value) ?? [])].sort();
  const onSelf = (node) => ({ ...node, directives: [...(node.directives ?? []), ...missing(node, tags)] });
  switch (definition.kind) {
    case Kind.ENUM_TYPE_DEFINITION:
      return { ...onSelf(definition), values: definition.values?.map(onSelf) };
    case Kind.SCALAR_TYPE_DEFINITION:
    case Kind.UNION_TYPE_DEFINITION:
      return onSelf(definition);
    case Kind.INTERFACE_TYPE_DEFINITION:
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
      return { ...definition, fields: definition.fields?.map(onSelf) };
    case Kind.OBJECT_TYPE_DEFINITION:
    case Kind.OBJECT_TYPE_EXTENSION:
      return {
        ...definition,
        fields: definition.fields?.map((field) =>
          withTaggedArguments(takesTags(definition, sharedNames) ? onSelf(field) : field),
        ),
      };
    default:
      return definition;
  }
}

function withTaggedArguments(field) {
  const tags = tagsOf(field);
  return {
    ...field,
    arguments: field.arguments?.map((argument) => ({
      ...argument,
      directives: [...(argument.directives ?? []), ...missing(argument, tags)],
    })),
  };
}

function missing(node, tags) {
  const present = new Set(tagsOf(node));
  return tags.filter((tag) => !present.has(tag)).map(tagDirective);
}

function tagDirective(tag) {
  return {
    kind: Kind.DIRECTIVE,
    name: { kind: Kind.NAME, value: 'tag' },
    arguments: [
      {
        kind: Kind.ARGUMENT,
        name: { kind: Kind.NAME, value: 'name' },
        value: { kind: Kind.STRING, value: tag },
      },
    ],
  };
}

function tagsOf(node) {
  return (node.directives ?? [])
    .filter((directive) => directive.name.value === 'tag')
    .map((directive) => directive.arguments?.find((argument) => argument.name.value === 'name')?.value.value);
}

function typeName(type) {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : typeName(type.type);
}

/** What people may not write: tags on types, fields nobody can reach, fields and refusals without a description. */
function problemsOf(definition, sharedNames) {
  if (!objectKinds.includes(definition.kind)) return [];
  const name = definition.name.value;
  const problems =
    tagsOf(definition).length > 0 ? [`${name}: tag fields, not types: a tag here exposes every field`] : [];
  const isRefusal = (definition.interfaces ?? []).some((face) => face.name.value === 'Refusal');
  if (isRefusal && !/^Returned when /.test(definition.description?.value ?? '')) {
    problems.push(`${name}: a refusal is described as "Returned when ..."`);
  }
  if (isRefusal || sharedNames.has(name)) return problems;
  for (const field of definition.fields ?? []) {
    const isHidden = (field.directives ?? []).some((directive) => directive.name.value === 'inaccessible');
    if (tagsOf(field).length === 0 && !isHidden) {
      problems.push(`${name}.${field.name.value}: no @tag names an audience; say @inaccessible if nobody may reach it`);
    }
  }
  return problems;
}
