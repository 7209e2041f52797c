import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { GraphQLDateTimeISO, GraphQLLocalDate } from 'graphql-scalars';

function wholeNumber(name: string, description: string): GraphQLScalarType<number, number> {
  const check = (value: unknown): number => {
    if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
    throw new GraphQLError(`${name} is a whole number`, { extensions: { code: 'BAD_USER_INPUT' } });
  };
  return new GraphQLScalarType<number, number>({
    name,
    description,
    serialize: check,
    parseValue: check,
    parseLiteral: (node) => check(node.kind === Kind.INT ? Number(node.value) : null),
  });
}

/** Stores answer instants as ISO 8601 strings already; input is normalised to the same form. */
const dateTime = new GraphQLScalarType<string, string>({
  name: 'DateTime',
  description: 'An instant in UTC, ISO 8601 with milliseconds: 2026-11-23T01:00:00.000Z.',
  serialize: (value) => (typeof value === 'string' ? value : GraphQLDateTimeISO.serialize(value)),
  parseValue: (value) => GraphQLDateTimeISO.parseValue(value).toISOString(),
  parseLiteral: (node, variables) => GraphQLDateTimeISO.parseLiteral(node, variables).toISOString(),
});

const rate = new GraphQLScalarType<string, string>({
  name: 'Rate',
  description: 'A decimal number as text, never a float: "4.35".',
  serialize: (value) => checkRate(value),
  parseValue: (value) => checkRate(value),
  parseLiteral: (node) => checkRate(node.kind === Kind.STRING ? node.value : null),
});

function checkRate(value: unknown): string {
  if (typeof value === 'string' && /^-?\d{1,12}(\.\d{1,8})?$/.test(value)) return value;
  throw new GraphQLError('Rate is a decimal number as text', { extensions: { code: 'BAD_USER_INPUT' } });
}

/** Every scalar a subgraph may declare; one that it does not declare is left out when its schema is built. */
export const scalars: Readonly<Record<string, GraphQLScalarType>> = {
  DateTime: dateTime,
  LocalDate: GraphQLLocalDate,
  Rate: rate,
  Minutes: wholeNumber('Minutes', 'Time-bank time in whole minutes.'),
  Points: wholeNumber('Points', 'Member points, whole.'),
  Fen: wholeNumber('Fen', 'Hundredths of a yuan, whole.'),
  BasisPoints: wholeNumber('BasisPoints', 'Hundredths of a per cent, whole: 8500 is 85 %.'),
};
