import { post, type HttpAnswer } from '../support/post.js';
import type { World } from './world.js';

export function badRequests(world: World): void {
  describe('requests', () => {
    async function ask(body: string, headers: Record<string, string> = {}): Promise<HttpAnswer> {
      const token = await world.product.token(world.county.member(0));
      // With this type the status tells of the document as well.
      const accept = 'application/graphql-response+json';
      return post(world.product.stack.gateway.mobile, body, { authorization: `Bearer ${token}`, accept, ...headers });
    }
    const codeOf = ({ status, json }: HttpAnswer) => ({ status, code: json?.errors?.[0]?.extensions?.code });

    it.each([
      ['is no GraphQL', JSON.stringify({ query: '{ me { ' }), 400, 'GRAPHQL_PARSE_FAILED'],
      [
        'asks for a field that does not exist',
        JSON.stringify({ query: '{ me { salary } }' }),
        400,
        'GRAPHQL_VALIDATION_FAILED',
      ],
      [
        'gives a variable of another type',
        JSON.stringify({ query: 'query ($id: ID!) { campaign(id: $id) { id } }', variables: { id: [1] } }),
        400,
        'BAD_USER_INPUT',
      ],
      [
        'names an operation that is not there',
        JSON.stringify({ query: 'query A { me { id } }', operationName: 'B' }),
        400,
        'OPERATION_RESOLUTION_FAILURE',
      ],
      ['is no JSON', '{"query": ', 400, 'BAD_REQUEST'],
      ['has no query', '{}', 400, 'BAD_REQUEST'],
      [
        'nests too deep',
        JSON.stringify({ query: `{ organisation(id: "x") ${'{ parent '.repeat(20)} { id } ${'}'.repeat(20)} }` }),
        400,
        'LIMIT_EXCEEDED',
      ],
      [
        'is larger than allowed',
        JSON.stringify({ query: '{ me { id } }', variables: { x: 'y'.repeat(300_000) } }),
        413,
        'LIMIT_EXCEEDED',
      ],
    ])('says of a request that %s what is wrong with it', async (_what, body, status, code) => {
      expect(codeOf(await ask(body))).toEqual({ status, code });
    });

    it('refuses another content type', async () => {
      expect(codeOf(await ask('{ me { id } }', { 'content-type': 'text/plain' }))).toEqual({
        status: 415,
        code: 'BAD_REQUEST',
      });
    });

    it.each(['"soon"', '"2026-13-45"', '12'])('says that a date in the document is none: %s', async (month) => {
      const query = `{ consentFigures(month: ${month}) { edges { node { given } } } }`;
      const { errors } = await world.product.ask(world.county.cityOfficer, query);
      expect(errors?.[0]).toMatchObject({
        message: expect.stringMatching(/local ?date/i) as string,
        extensions: { code: 'BAD_USER_INPUT' },
      });
    });

    it('answers the same request, well formed', async () => {
      expect((await ask(JSON.stringify({ query: '{ me { id } }' }))).json).toEqual({
        data: { me: { id: world.county.member(0).memberId } },
      });
    });
  });
}
