import { readFileSync } from 'node:fs';
import { buildSchema, parse, validate } from 'graphql';
import { queryToTry } from '../src/banner.mjs';

it('suggests a query that the mobile contract answers', () => {
  const contract = new URL('../../supergraph/mobile.public.graphql', import.meta.url);
  expect(validate(buildSchema(readFileSync(contract, 'utf8')), parse(queryToTry))).toEqual([]);
});
