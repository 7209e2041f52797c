import { get, type IncomingMessage } from 'node:http';
import { testIssuer } from '@zhijia/testing';
import { boardId, boardLines, manifestHash, startPeople, startPlaces } from './support/people-and-places.js';
import type { SmallSubgraph } from './support/small-subgraph.js';
import { answerOf, startTestGateway, type TestGateway } from './support/start-test-gateway.js';

describe('boards through the gateway', () => {
  let people: SmallSubgraph;
  let places: SmallSubgraph;
  let gateway: TestGateway;

  beforeAll(async () => {
    [people, places] = await Promise.all([startPeople(), startPlaces()]);
    gateway = await startTestGateway({ subgraphs: [people, places], issuers: [await testIssuer()] });
  });
  afterAll(async () => {
    await gateway.stop();
    await Promise.all([people.stop(), places.stop()]);
  });

  const url = (name: string): string => `${gateway.url}/boards/${name}`;

  it('streams a whole board to anybody, with what names its content', async () => {
    const response = await fetch(url(`${boardId}.ndjson`));
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^application\/x-ndjson/);
    expect(response.headers.get('etag')).toBe('"board"');
    expect(response.headers.get('x-inside')).toBeNull();
    const lines = (await response.text()).trimEnd().split('\n');
    expect(lines).toHaveLength(boardLines);
    expect(lines.at(-1)).toBe(`{"line":${boardLines - 1}}`);
  });

  it('reads on only as its reader does, and lets go when the reader leaves', async () => {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get(url(`${boardId}.ndjson`), resolve).on('error', reject);
    });
    await new Promise((resolve) => response.once('readable', resolve));
    response.destroy();
    expect((await answerOf(await fetch(url(`${boardId}.ndjson`)))).status).toBe(200);
  });

  it('says so when the reader has it already', async () => {
    const response = await fetch(url(`${boardId}.ndjson`), { headers: { 'if-none-match': '"board"' } });
    expect(response.status).toBe(304);
    expect(response.headers.get('etag')).toBe('"board"');
  });

  it.each([
    'x.ndjson',
    `${boardId}`,
    `${boardId}.json`,
    `${boardId.toUpperCase()}x.ndjson`,
    `${boardId}%2f..%2f..%2fgraphql.ndjson`,
    `..%2f..%2fhealth%2fready.ndjson`,
    `${boardId}%0d%0ax-evil: 1.ndjson`,
    `${boardId.replace('1', '2')}.ndjson`,
  ])('answers %s as a board that does not exist', async (name) => {
    const { status, body } = await answerOf(await fetch(url(name)));
    expect(status).toBe(404);
    expect(body.errors?.[0].extensions.code).toBe('NOT_FOUND');
  });

  it('gives a signed manifest by its hash to anybody, for caches to keep', async () => {
    const response = await fetch(`${gateway.url}/manifests/${manifestHash}.jws`);
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toContain('immutable');
    expect(await response.text()).toBe('signed');
    for (const name of [`${'cd'.repeat(32)}.jws`, `${manifestHash}x.jws`, `..%2fboards%2f${boardId}.jws`]) {
      expect((await fetch(`${gateway.url}/manifests/${name}`)).status).toBe(404);
    }
  });

  it('asks to come again when boards cannot be read now', async () => {
    const alone = await startTestGateway({
      subgraphs: [people, { ...places, url: 'http://127.0.0.1:1' }],
      issuers: [await testIssuer()],
    });
    const response = await answerOf(await fetch(`${alone.url}/boards/${boardId}.ndjson`));
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('5');
    expect(response.body.errors?.[0].extensions).toEqual({ code: 'TRY_AGAIN', retryable: true });
    await alone.stop();
  });
});
