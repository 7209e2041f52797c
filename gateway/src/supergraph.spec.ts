import { readStandaloneConfig } from './standalone.config.js';
import { readSupergraph, subgraphsIn } from './supergraph.js';

const composed = (url: string): string => `enum join__Graph { A_B @join__graph(name: "a-b", url: "${url}") }`;
const config = (subgraphUrls = new Map<string, string>()) =>
  readStandaloneConfig({ supergraphFile: 'x', host: '127.0.0.1', port: 0, audience: null, subgraphUrls }, {});

describe('the supergraph of the stand-alone gateway', () => {
  it('names its subgraphs and where they are', () => {
    expect(subgraphsIn(composed('http://a:1/graphql'))).toEqual([{ name: 'a-b', url: 'http://a:1/graphql' }]);
  });

  it.each([
    [
      'that is not there',
      () => readSupergraph('/nowhere.graphql'),
      /^\/nowhere\.graphql cannot be read: name the file/,
    ],
    ['that is no GraphQL', () => subgraphsIn('{ "a": 1 }'), /is no GraphQL \(Syntax Error.*\): compose it anew\.$/],
    ['that nothing composed', () => subgraphsIn('type Query { a: Int }'), /no join__Graph: compose the subgraphs/],
    ['without a place', () => config().addressesIn(composed('')), /says of a-b that it is at "": pass --subgraph a-b=/],
    ['with a place that is none', () => config().addressesIn(composed('ftp://a')), /pass --subgraph a-b=/],
  ])('says in one sentence what is wrong with one %s', (_what, read, sentence) => {
    expect(read).toThrow(sentence);
  });

  it('has its subgraphs where the command line says, path and search included', () => {
    const { addressesIn } = config(new Map([['a-b', 'https://elsewhere:8443/some/path?key=1']]));
    expect(addressesIn(composed('http://a'))).toEqual([
      { name: 'a-b', origin: 'https://elsewhere:8443', path: '/some/path?key=1', viewerStatementKey: null },
    ]);
  });
});
