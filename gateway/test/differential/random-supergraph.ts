import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { Random } from './random.js';

export interface RandomSubgraph {
  name: string;
  typeDefs: string;
}

export interface RandomSupergraph {
  supergraphSdl: string;
  subgraphs: readonly RandomSubgraph[];
}

const federation = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [
  "@key", "@requires", "@provides", "@external", "@shareable", "@override", "@inaccessible", "@interfaceObject"])`;

/** What stands in every subgraph alike. */
const shared = `
enum Tone { LOUD QUIET PLAIN @inaccessible }
scalar Anything
input Filter { limit: Int = 2, tone: Tone, words: [String!], inner: Filter }
type Size @shareable { width: Int height: Int! unit: Unit }
type Unit @shareable { name: String! factor: Float }
`;

const leaves = ['String', 'Int', 'Float', 'Boolean', 'ID', 'Tone', 'Anything'] as const;

interface Field {
  name: string;
  type: string;
  args: string;
  /** Owner first; more where it is shareable. */
  owners: number[];
  directives: Map<number, string>;
}

interface Entity {
  name: string;
  fields: Field[];
  /** The keys that a subgraph knows it by; the first is the one that it is always found by. */
  keysOf: Map<number, string[]>;
}

const keyFields: Readonly<Record<string, string>> = {
  id: 'id: ID!',
  sku: 'sku: String!',
  'place { town code }': 'place: Place!',
};
const place = `type Place @shareable { town: String! code: Int! }`;

/**
 * Subgraphs that use what federation has: several and compound keys, `@requires`, `@provides`, `@shareable`,
 * `@override`, interfaces, unions, interface objects, hidden types and values.
 *
 * @returns null when these do not compose
 */
export function randomSupergraph(seed: number): RandomSupergraph | null {
  const subgraphs = randomSubgraphs(new Random(seed));
  const result = composeServices(
    subgraphs.map(({ name, typeDefs }) => ({ name, url: `http://${name}`, typeDefs: parse(typeDefs) })),
  );
  if (result.supergraphSdl === undefined) {
    if (process.env['SHOW_COMPOSITION'] !== undefined)
      console.log(seed, result.errors?.map(String).join('\n').slice(0, 600));
    return null;
  }
  return { supergraphSdl: result.supergraphSdl, subgraphs };
}

function randomSubgraphs(random: Random): RandomSubgraph[] {
  const indexes = Array.from({ length: 2 + random.below(3) }, (_, index) => index);
  const entities = Array.from({ length: 2 + random.below(3) }, (_, index) =>
    randomEntity(random, `T${index}`, indexes),
  );
  for (const entity of entities) {
    addFields(random, entity, entities);
    addParted(random, entity);
  }

  const hasInterfaceObject = indexes.length > 1 && random.chance(0.5);
  const hasHidden = random.chance(0.4);
  return indexes.map((index) => {
    const lines = [federation, shared, place];
    const here = entities.filter(({ keysOf }) => keysOf.has(index));
    const abstracts = abstractTypes(random, index, here, lines, hasHidden);
    if (hasInterfaceObject) lines.push(interfaceObject(index));
    for (const entity of here) {
      lines.push(entityType(entity, index, abstracts.implementing));
      if (entity.fields.some(({ name, owners }) => name === 'parted' && owners.includes(index))) {
        lines.push(`type ${partedName(entity)} { both: Int @shareable part${index}: String more${index}: Size }`);
      }
    }
    lines.push(roots(random, index, here, abstracts.names, hasInterfaceObject));
    return { name: `s${index}`, typeDefs: lines.join('\n') };
  });
}

function randomEntity(random: Random, name: string, indexes: readonly number[]): Entity {
  const keysOf = new Map<number, string[]>();
  const members = indexes.filter((index) => index === 0 || random.chance(0.75));
  // Without `id` in some subgraphs, the way there leads over one that has both.
  const second = random.pick(['sku', 'place { town code }']);
  for (const [position, index] of members.entries()) {
    const keys = position === 0 ? ['id', second] : random.pick([['id'], ['id'], [second], ['id', second]]);
    keysOf.set(index, [...new Set(keys)]);
  }
  return { name, fields: [], keysOf };
}

function addFields(random: Random, entity: Entity, entities: readonly Entity[]): void {
  const members = [...entity.keysOf.keys()];
  for (const owner of members) {
    for (let count = 2 + random.below(3); count > 0; count -= 1) {
      const field = randomField(random, entity, entities, owner, members);
      entity.fields.push(field);
    }
    const foreign = entity.fields.filter(
      ({ owners, args, type }) => !owners.includes(owner) && args === '' && !/T\d/.test(type),
    );
    if (foreign.length > 0 && random.chance(0.6)) {
      const needed = random.pick(foreign);
      const isSize = needed.type.includes('Size');
      const selection = isSize ? `${needed.name} { width unit { name } }` : needed.name;
      entity.fields.push({
        name: `r${entity.fields.length}`,
        type: nullable(random, random.pick(leaves)),
        args: '',
        owners: [owner],
        directives: new Map([[owner, `@requires(fields: "${selection}")`]]),
      });
      needed.directives.set(owner, '@external');
    }
  }
}

/** A thing without a key of which two subgraphs tell different parts: their answers meet in one object. */
function addParted(random: Random, entity: Entity): void {
  const [one, other] = [...entity.keysOf.keys()].sort(() => random.next() - 0.5);
  if (one === undefined || other === undefined) return;
  entity.fields.push({
    name: 'parted',
    type: random.pick(['', '[', '[']) === '' ? partedName(entity) : `[${partedName(entity)}]`,
    args: '',
    owners: [one, other],
    directives: new Map([one, other].map((owner) => [owner, '@shareable'])),
  });
}

function partedName({ name }: Entity): string {
  return `Parted${name}`;
}

function randomField(
  random: Random,
  entity: Entity,
  entities: readonly Entity[],
  owner: number,
  members: readonly number[],
): Field {
  const name =
    random.chance(0.04) && !entity.fields.some((field) => field.name === 'constructor')
      ? 'constructor'
      : `f${entity.fields.length}`;
  const args = random.chance(0.2) ? '(n: Int = 3, filter: Filter)' : '';
  const directives = new Map<number, string>();
  const owners = [owner];
  const other = members.find((member) => member !== owner);
  if (other !== undefined && random.chance(0.2)) {
    owners.push(other);
    for (const each of owners) directives.set(each, '@shareable');
  } else if (other !== undefined && random.chance(0.1)) {
    owners.push(other);
    directives.set(owner, `@override(from: "s${other}")`);
  }
  // An entity can only be pointed at from where it is known.
  const near = entities.filter(({ keysOf }) => owners.every((each) => keysOf.has(each)));
  const base =
    near.length > 0 && random.chance(0.3) ? random.pick(near).name : random.chance(0.25) ? 'Size' : random.pick(leaves);
  return { name, type: listed(random, base), args, owners, directives };
}

/** Lists of lists hold leaves only: Apollo's executor loses what is fetched into the objects of an inner list. */
function listed(random: Random, base: string): string {
  const item = nullable(random, base);
  if (!random.chance(0.35)) return item;
  const isLeaf = (leaves as readonly string[]).includes(base);
  return isLeaf && random.chance(0.2) ? `[[${item}]]` : nullable(random, `[${item}]`);
}

function nullable(random: Random, type: string): string {
  return random.chance(0.2) ? `${type}!` : type;
}

function entityType(entity: Entity, index: number, implementing: ReadonlyMap<string, readonly string[]>): string {
  const keys = entity.keysOf.get(index) ?? [];
  const interfaces = implementing.get(entity.name) ?? [];
  const lines = keys.map((key) => `  ${keyFields[key]}`);
  for (const field of entity.fields) {
    const isExternal = field.directives.get(index) === '@external';
    if (!field.owners.includes(index) && !isExternal) continue;
    lines.push(`  ${field.name}${field.args}: ${field.type} ${field.directives.get(index) ?? ''}`);
  }
  const of = interfaces.length === 0 ? '' : ` implements ${interfaces.join(' & ')}`;
  const keyed = keys.map((key) => `@key(fields: "${key}")`).join(' ');
  return `type ${entity.name}${of} ${keyed} {\n${lines.join('\n')}\n}`;
}

/** Interfaces and unions over the entities that a subgraph knows. */
function abstractTypes(
  random: Random,
  index: number,
  here: readonly Entity[],
  lines: string[],
  hasHidden: boolean,
): { names: string[]; implementing: Map<string, string[]> } {
  const implementing = new Map<string, string[]>();
  const names: string[] = [];
  const identified = here.filter(({ keysOf }) => keysOf.get(index)?.includes('id'));
  if (identified.length > 0) {
    names.push('Known');
    lines.push('interface Known { id: ID! }');
    for (const { name } of identified) implementing.set(name, ['Known']);
  }
  const members = here.map(({ name }) => name);
  if (hasHidden) {
    lines.push('type Hidden @inaccessible @shareable { secret: String }');
    if (members.length > 0) members.push('Hidden');
  }
  if (members.length > 1) {
    names.push('Either');
    lines.push(`union Either = ${random.some(members, 0.8).join(' | ') || members[0]}`);
  }
  return { names, implementing };
}

/** Subgraph 0 knows what the media are; the others know them as one object and add to it. */
function interfaceObject(index: number): string {
  if (index > 0) {
    return `type Media @key(fields: "id") @interfaceObject { id: ID! score${index}: Int! rank${index}: Size }`;
  }
  return `interface Media @key(fields: "id") { id: ID! title: String }
type Book implements Media @key(fields: "id") { id: ID! title: String pages: Int! }
type Film implements Media @key(fields: "id") { id: ID! title: String minutes: Int sequel: Media }`;
}

function roots(
  random: Random,
  index: number,
  here: readonly Entity[],
  abstracts: readonly string[],
  hasInterfaceObject: boolean,
): string {
  const types = [
    ...here.map(({ name }) => name),
    ...abstracts,
    'Size',
    ...(hasInterfaceObject ? ['Media', 'Media'] : []),
  ];
  const fields = types.map((type, position) => {
    const args = random.chance(0.4) ? '(n: Int, filter: Filter, id: ID = "1")' : '';
    return `  q${index}${position}${args}: ${listed(random, type)}`;
  });
  const mutations = types.slice(0, 2).map((type, position) => `  m${index}${position}(filter: Filter!): ${type}`);
  return `type Query {\n${fields.join('\n')}\n  plain: String @shareable\n}\ntype Mutation {\n${mutations.join('\n')}\n}`;
}
