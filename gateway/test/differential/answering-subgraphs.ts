import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  execute,
  GraphQLError,
  isAbstractType,
  isEnumType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  Kind,
  parse,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type ExecutionResult,
  type FieldNode,
  type GraphQLAbstractType,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';
import { hashOf } from './random.js';
import type { RandomSubgraph } from './random-supergraph.js';

interface Thing {
  __typename: string;
  id: string;
}

/** What differs from one answer to the next while the subgraphs stay. */
export interface Weather {
  seed: number;
  /** Nulls and failures, as shares of a hundred. */
  nullsPercent: number;
  failuresPercent: number;
  /** Zero, false, and whatever else is not true in JavaScript. */
  hasEmptyValues: boolean;
}

export interface AskedFetch {
  query: string;
  operationName?: string | undefined;
  variables: Record<string, unknown>;
}

/** A subgraph in this process. What it says depends on what it is asked and on the weather, never on when or how often. */
export class AnsweringSubgraph {
  readonly name: string;
  private readonly schema: GraphQLSchema;
  private readonly documents = new Map<string, DocumentNode>();

  constructor(subgraph: RandomSubgraph) {
    this.name = subgraph.name;
    this.schema = buildSubgraphSchema([{ typeDefs: parse(subgraph.typeDefs) }]);
    for (const type of Object.values(this.schema.getTypeMap())) {
      if (type.name.startsWith('__') || type.name.startsWith('_')) continue;
      if (isAbstractType(type)) type.resolveType = (value: Thing) => value.__typename;
      if (isObjectType(type) || isInterfaceType(type)) {
        (type as unknown as { resolveReference: unknown }).resolveReference = (
          reference: Record<string, unknown>,
          weather: Weather,
        ) => this.find(type, reference, weather);
      }
      if (!isObjectType(type)) continue;
      for (const field of Object.values(type.getFields())) {
        if (field.name.startsWith('_')) continue;
        field.resolve = (thing: Thing | undefined, args, weather: Weather) =>
          this.valueOf(field.type, weather, [type.name, thing?.id ?? '', field.name, JSON.stringify(args)], thing);
      }
    }
  }

  /**
   * @param options.tellsTypes says `__typename` of every object, asked or not
   */
  async answer(
    { query, variables, operationName }: AskedFetch,
    weather: Weather,
    options: { tellsTypes: boolean },
  ): Promise<ExecutionResult> {
    const luck = hashOf(weather.seed, this.name, query, 'fetch') % 400;
    if (luck < weather.failuresPercent)
      throw new GraphQLError(`${this.name} is away`, { extensions: { code: 'AWAY' } });
    const document = this.documentOf(query, options.tellsTypes);
    const answer = await execute({
      schema: this.schema,
      document,
      rootValue: undefined,
      contextValue: weather,
      variableValues: variables,
      operationName,
    });
    // As it would come over the network.
    return JSON.parse(JSON.stringify(answer)) as ExecutionResult;
  }

  private documentOf(query: string, tellsTypes: boolean): DocumentNode {
    const key = `${tellsTypes} ${query}`;
    let document = this.documents.get(key);
    if (document === undefined) {
      document = tellsTypes ? withTypes(parse(query), this.schema) : parse(query);
      this.documents.set(key, document);
    }
    return document;
  }

  /** Whatever key an entity is known by, it leads to the same id. */
  private find(
    type: GraphQLObjectType | GraphQLInterfaceType,
    reference: Record<string, unknown>,
    weather: Weather,
  ): Thing | null {
    const place = reference['place'] as { code?: unknown } | undefined;
    const id = String(reference['id'] ?? reference['sku'] ?? place?.code).replace(/^sku-/, '');
    const typeName = isAbstractType(type) ? (this.memberOf(type, Number(id)) ?? '') : type.name;
    const luck = hashOf(weather.seed, this.name, typeName, id, 'reference') % 200;
    if (luck < weather.failuresPercent) throw new GraphQLError(`${this.name} cannot find ${typeName} ${id}`);
    if (luck < weather.failuresPercent + weather.nullsPercent) return null;
    // What was required goes into what is answered from it.
    const required = Object.fromEntries(Object.entries(reference).filter(([name]) => /^(f|constructor)/.test(name)));
    return { __typename: typeName, id, ...(Object.keys(required).length === 0 ? {} : { required }) };
  }

  private valueOf(type: GraphQLOutputType, weather: Weather, words: readonly string[], thing?: Thing): unknown {
    const [typeName = '', id = '', fieldName = ''] = words;
    if (fieldName === 'id' && id !== '') return id;
    if (fieldName === 'sku') return `sku-${id}`;
    if (typeName === 'Place') return fieldName === 'town' ? `town-${id}` : Number(id);
    if (fieldName === 'place') return { __typename: 'Place', id };
    const luck = hashOf(weather.seed, ...words, 'luck') % 100;
    if (luck < weather.failuresPercent)
      throw new GraphQLError(`${words.join(' ')} fails`, { extensions: { code: 'FAILS' } });
    const required = (thing as { required?: unknown } | undefined)?.required;
    return this.some(type, weather, fieldName.startsWith('r') ? [...words, JSON.stringify(required ?? null)] : words);
  }

  private some(type: GraphQLOutputType, weather: Weather, words: readonly string[]): unknown {
    const hash = hashOf(weather.seed, ...words);
    if (isNonNullType(type)) {
      // Now and then a subgraph breaks its word.
      if (hash % 1_000 < weather.nullsPercent) return null;
      return this.some(type.ofType, { ...weather, nullsPercent: 0 }, words);
    }
    if (hash % 100 < weather.nullsPercent) return null;
    if (isListType(type)) {
      return Array.from({ length: (hash >>> 4) % 4 }, (_, index) =>
        this.some(type.ofType, weather, [...words, String(index)]),
      );
    }
    if (isScalarType(type)) {
      const value = scalar(type.name, hash);
      return Boolean(value) || weather.hasEmptyValues ? value : bright(type.name);
    }
    if (isEnumType(type)) return type.getValues()[(hash >>> 3) % type.getValues().length]?.name;
    const id = (hash >>> 5) % 5;
    return { __typename: isAbstractType(type) ? this.memberOf(type, id) : type.name, id: String(id) };
  }

  /** By its id, so that a thing is the same everywhere. */
  private memberOf(type: GraphQLAbstractType, id: number): string | undefined {
    const members = this.schema.getPossibleTypes(type);
    return members[id % members.length]?.name;
  }
}

function bright(name: string): unknown {
  return name === 'Boolean' ? true : 1;
}

function scalar(name: string, hash: number): unknown {
  switch (name) {
    case 'Int':
      return hash % 1_000;
    case 'Float':
      return (hash % 1_000) / 8;
    case 'Boolean':
      return hash % 2 === 0;
    case 'Anything':
      return [hash % 10, { a: [null, { __typename: 'T0', b: 'é"\\' }], constructor: 1 }, 'text', null][
        (hash >>> 9) % 4
      ];
    default:
      return ['', 'a', 'b "c"', '工会\n'][(hash >>> 9) % 4] + String(hash % 7);
  }
}

/** The name of an interface object is no type of the graph, and the root types have names of the graph's own. */
function withTypes(document: DocumentNode, schema: GraphQLSchema): DocumentNode {
  const info = new TypeInfo(schema);
  const roots = new Set(['Query', 'Mutation', 'Media', '_Entity']);
  return visit(
    document,
    visitWithTypeInfo(info, {
      SelectionSet: (selectionSet) => {
        const name = info.getParentType()?.name ?? 'Query';
        if (roots.has(name) && !(name === 'Media' && isInterfaceType(info.getParentType()))) return;
        return { ...selectionSet, selections: [typenameField, ...selectionSet.selections] };
      },
    }),
  );
}

const typenameField: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };
