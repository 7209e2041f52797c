import { parse } from 'graphql';
import { DocumentStore } from './document-store.js';

describe('the store of documents', () => {
  it('keeps trusted ones while others come and go', async () => {
    const store = new DocumentStore();
    const [trusted, free] = [parse('{ trusted }'), parse(`{ free } # ${'x'.repeat(60_000)}`)];
    store.keep('t', trusted);
    for (let n = 0; n < 20; n += 1) await store.set(`schema:${n}`, free);
    expect(await store.get('schema:t')).toBe(trusted);
    expect([await store.get('schema:0'), await store.get('schema:19')]).toEqual([undefined, free]);
  });
});
