import { viewerStatementHeader } from '@zhijia/access';
import { callSubgraph, statementFor, type StatementChanges } from '../support/call-subgraph.js';
import type { SubgraphName } from '../support/product.js';
import { viewerFor } from './viewer-for.js';
import { subgraphs, type World } from './world.js';

export function directCalls(world: World): void {
  describe('a direct call to a subgraph', () => {
    const operations = [
      ['an operation', JSON.stringify({ query: '{ __typename }' })],
      ['_service', JSON.stringify({ query: '{ _service { sdl } }' })],
      [
        '_entities',
        JSON.stringify({
          query: 'query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }',
          variables: { r: [] },
        }),
      ],
    ] as const;
    const calls = subgraphs.flatMap((subgraph) => operations.map(([what, body]) => [subgraph, what, body] as const));

    const call = (subgraph: SubgraphName, body: string, headers: Record<string, string> = {}) =>
      callSubgraph(world.product, subgraph, body, headers);
    const refused = (reason: string) => ({ status: 401, code: 'VIEWER_STATEMENT_REFUSED', reason, data: undefined });

    it.each(calls)(
      'to %s (%s) needs a viewer statement, which holds for this one request and 30 seconds',
      async (subgraph, what, body) => {
        const other = subgraphs.find((name) => name !== subgraph)!;
        const statement = (changes: StatementChanges = {}) =>
          statementFor(world.product, subgraph, viewerFor(world, 'mobile'), body, changes);
        expect(await call(subgraph, body)).toEqual(refused('missing'));
        const token = await world.product.token(world.county.member(0));
        expect(await call(subgraph, body, { authorization: `Bearer ${token}` })).toEqual(refused('missing'));
        expect(await call(subgraph, body, { [viewerStatementHeader]: 'x.y' })).toEqual(refused('malformed'));
        expect(await call(subgraph, body, statement({ body: `${body} ` }))).toEqual(refused('badSignature'));
        expect(await call(subgraph, body, statement({ subgraph: other }))).toEqual(refused('badSignature'));
        expect(await call(subgraph, body, statement({ key: other }))).toEqual(refused('badSignature'));
        expect(await call(subgraph, body, statement({ ageMs: 31_000 }))).toEqual(refused('expired'));
        expect(await call(subgraph, body, statement({ ageMs: -60_000 }))).toEqual(refused('expired'));
        // With a statement that holds: what refused above was the statement. Nobody is given the whole schema.
        expect(await call(subgraph, body, statement())).toMatchObject({
          status: 200,
          code: what === '_service' ? 'ACCESS_DENIED' : undefined,
        });
      },
    );

    it('is refused on every other path and method too', async () => {
      for (const subgraph of subgraphs) {
        const { url } = world.product.stack.services[subgraph];
        for (const [path, method] of [
          ['/graphql?query={__typename}', 'GET'],
          ['/', 'GET'],
          [`/boards/${world.campaignId}.ndjson`, 'GET'],
        ] as const) {
          expect((await fetch(new URL(path, url), { method })).status).toBe(401);
        }
      }
    });
  });
}
