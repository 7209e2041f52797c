import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isUnionType,
  NoUnusedFragmentsRule,
  OverlappingFieldsCanBeMergedRule,
  parse,
  PossibleFragmentSpreadsRule,
  validate,
  type DocumentNode,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import type { Random } from './random.js';

export interface RandomOperation {
  /** As a client would send it: an alias may be any name, also one that the graph has. */
  text: string;
  document: DocumentNode;
  /** The same, with names of aliases that cannot be taken for others. */
  safeDocument: DocumentNode;
  variables: Record<string, unknown>;
}

const aliases = ['a', 'b', 'alias_f0', 'alias_f1', 'alias_id', 'alias_toString', 'alias___proto__'];
const maxDepth = 3;
const whatTheWriterLeavesOpen = [OverlappingFieldsCanBeMergedRule, PossibleFragmentSpreadsRule, NoUnusedFragmentsRule];

/** A valid operation, small, with what GraphQL has: aliases, fragments, conditions, variables. */
export function randomOperation(schema: GraphQLSchema, random: Random): RandomOperation {
  for (;;) {
    const operation = new Writer(schema, random).write();
    // Two fields under one name may not be joinable; such an operation is not one.
    // Names may only be in each other's way once they are the client's.
    if (validate(schema, operation.document, whatTheWriterLeavesOpen).length === 0) return operation;
  }
}

class Writer {
  private readonly variables = new Map<string, { type: string; value: unknown }>();
  private readonly fragments = new Map<string, string>();

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly random: Random,
  ) {}

  write(): RandomOperation {
    const mutation = this.schema.getMutationType();
    const isMutation = mutation != null && this.random.chance(0.1);
    const root = isMutation ? mutation : this.schema.getQueryType();
    if (root == null) throw new Error('This graph has no query');
    const body = this.selections(root, 0);
    const declared = [...this.variables].map(([name, { type }]) => `$${name}: ${type}`).join(', ');
    const head = `${isMutation ? 'mutation' : 'query'} Op${declared === '' ? '' : `(${declared})`}`;
    const safeText = [`${head} ${body}`, ...this.fragments.values()].join('\n');
    const text = withoutMarks(safeText);
    const given = [...this.variables].filter(([, { value }]) => value !== undefined);
    return {
      text,
      document: parse(text),
      safeDocument: parse(safeText),
      variables: Object.fromEntries(given.map(([name, { value }]) => [name, value])),
    };
  }

  private selections(type: GraphQLCompositeType, depth: number): string {
    const count = 1 + this.random.below(depth === 0 ? 2 : 3);
    return `{ ${Array.from({ length: count }, () => this.selection(type, depth)).join(' ')} }`;
  }

  private selection(type: GraphQLCompositeType, depth: number): string {
    const { random } = this;
    const isAbstract = isAbstractType(type);
    if (depth > 0 && random.chance(isUnionType(type) ? 0.8 : isAbstract ? 0.4 : 0.12))
      return this.fragment(type, depth);
    if (random.chance(0.1)) return `${random.chance(0.3) ? 'kind: ' : ''}__typename${this.condition()}`;
    if (isUnionType(type)) return '__typename';
    if (type === this.schema.getQueryType() && depth === 0 && random.chance(0.02))
      return '__type(name: "T0") { name fields { name } }';
    const fields = Object.values(type.getFields()).filter(
      (field) => depth < maxDepth || isLeafType(getNamedType(field.type)),
    );
    if (fields.length === 0) return '__typename';
    const parted = random.chance(0.25) ? fields.find((field) => field.name === 'parted') : undefined;
    const field = parted ?? random.pick(fields);
    const below = getNamedType(field.type);
    const name = random.pick(aliases);
    // A field under its own name is no alias.
    const alias = random.chance(0.2) && withoutMarks(name) !== field.name ? `${name}: ` : '';
    const nested = isCompositeType(below) ? ` ${this.selections(below, depth + 1)}` : '';
    return `${alias}${field.name}${this.args(field.args)}${this.condition()}${nested}`;
  }

  private fragment(type: GraphQLCompositeType, depth: number): string {
    const { random, schema } = this;
    const runtime = isAbstractType(type) ? [...schema.getPossibleTypes(type)] : [type];
    if (isAbstractType(type) && random.chance(0.3)) return this.oneNameForTwoTypes([...schema.getPossibleTypes(type)]);
    const wider = [...runtime].flatMap((each) => (isUnionType(each) ? [] : [...each.getInterfaces()]));
    const condition = random.pick([...runtime, ...wider, ...(isInterfaceType(type) ? [type] : [])]);
    const body = this.selections(condition, depth + 1);
    if (random.chance(0.3)) {
      const name = `F${this.fragments.size}`;
      this.fragments.set(name, `fragment ${name} on ${condition.name} ${body}`);
      return `...${name}${this.condition()}`;
    }
    const on = condition === type && random.chance(0.5) ? '' : ` on ${condition.name}`;
    return `...${on}${this.condition()} ${body}`;
  }

  /** Two types that cannot meet may give one name to different fields; the planner renames them in a fetch. */
  private oneNameForTwoTypes(types: readonly GraphQLObjectType[]): string {
    const [one, other] = [this.random.pick(types), this.random.pick(types)];
    const fieldsOf = (type: GraphQLObjectType) =>
      Object.values(type.getFields()).filter((field) => isLeafType(getNamedType(field.type)));
    const first = this.random.pick(fieldsOf(one));
    const like = fieldsOf(other).filter((field) => String(field.type) === String(first.type));
    const second = like.length === 0 ? undefined : this.random.pick(like);
    if (one === other || second === undefined) return '__typename';
    return `... on ${one.name} { a: ${first.name} } ... on ${other.name} { a: ${second.name} }`;
  }

  private condition(): string {
    const { random } = this;
    if (!random.chance(0.12)) return '';
    const directive = random.pick(['skip', 'include']);
    if (random.chance(0.3)) return ` @${directive}(if: ${random.chance(0.5)})`;
    const name = random.pick(['x', 'y', 'z']);
    if (!this.variables.has(name)) {
      const hasDefault = random.chance(0.4);
      this.variables.set(name, {
        type: hasDefault ? `Boolean! = ${random.chance(0.5)}` : 'Boolean!',
        value: hasDefault && random.chance(0.5) ? undefined : random.chance(0.5),
      });
    }
    return ` @${directive}(if: $${name})`;
  }

  private args(args: readonly GraphQLArgument[]): string {
    const given = args.filter(({ type }) => isNonNullType(type) || this.random.chance(0.5));
    if (given.length === 0) return '';
    return `(${given.map(({ name, type }) => `${name}: ${this.argument(type)}`).join(', ')})`;
  }

  private argument(type: GraphQLInputType): string {
    const value = this.value(type, 0);
    if (!this.random.chance(0.5)) return asLiteral(value, type);
    const name = `v${this.variables.size}`;
    this.variables.set(name, { type: String(type), value });
    return `$${name}`;
  }

  private value(type: GraphQLInputType, depth: number): unknown {
    const { random } = this;
    const plain = getNullableType(type);
    if (plain === type && random.chance(0.1)) return null;
    if (isListType(plain)) return Array.from({ length: random.below(3) }, () => this.value(plain.ofType, depth));
    if (isInputObjectType(plain)) {
      const fields = Object.values(plain.getFields()).filter(() => random.chance(depth < 2 ? 0.5 : 0.2));
      return Object.fromEntries(fields.map((field) => [field.name, this.value(field.type, depth + 1)]));
    }
    if (isEnumType(plain)) return random.pick(plain.getValues()).name;
    return plain.name === 'Int' ? random.below(4) : random.pick(['', 'a', 'b "c"', '工会']);
  }
}

/** From the safe names of aliases to those that a client chose. */
export function withoutMarks(text: string): string {
  return text.replaceAll('alias_', '');
}

function asLiteral(value: unknown, type: GraphQLInputType): string {
  const plain = getNullableType(type);
  if (value === null) return 'null';
  if (Array.isArray(value) && isListType(plain))
    return `[${value.map((item) => asLiteral(item, plain.ofType)).join(', ')}]`;
  if (isInputObjectType(plain)) {
    const fields = Object.entries(value as Record<string, unknown>);
    return `{ ${fields.map(([name, each]) => `${name}: ${asLiteral(each, plain.getFields()[name]?.type ?? plain)}`).join(', ')} }`;
  }
  return isEnumType(plain) && typeof value === 'string' ? value : JSON.stringify(value);
}
