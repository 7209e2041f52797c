import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { composeServices } from '@theguild/federation-composition';
import { graphql, parse } from 'graphql';

const typeDefs = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9")
  type Query { ready: Boolean }
  type Mutation { pay(input: PayInput!): Paid! }
  input PayInput { fen: Int! idempotencyKey: String! }
  type Paid { fen: Int! isReplayed: Boolean! }`);

/** A service of somebody else's that moves value: each idempotency key once, and what comes again is answered again. */
export async function startPayingSubgraph() {
  const paidFen = new Map<string, number>();
  let answersToLose = 0;
  const pay = (_: unknown, { input }: { input: { fen: number; idempotencyKey: string } }) => {
    const isReplayed = paidFen.has(input.idempotencyKey);
    if (!isReplayed) paidFen.set(input.idempotencyKey, input.fen);
    return { fen: input.fen, isReplayed };
  };
  const schema = buildSubgraphSchema([{ typeDefs, resolvers: { Mutation: { pay } } }]);
  const server = createServer((request, response) => {
    void (async () => {
      const { query, variables } = JSON.parse(await bodyOf(request)) as { query: string; variables: object };
      const answer = await graphql({ schema, source: query, variableValues: { ...variables } });
      const isLost = answersToLose > 0;
      if (isLost) answersToLose -= 1;
      response.writeHead(isLost ? 503 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  const composed = composeServices([{ name: 'paying', url, typeDefs }]);
  if (composed.supergraphSdl === undefined) throw new Error(JSON.stringify(composed.errors));
  return {
    supergraphSdl: composed.supergraphSdl,
    /** What was paid, under each key. */
    paidFen,
    /** The next answers are lost on the way, after the work was done. */
    loseAnswers: (count: number): void => {
      answersToLose = count;
    },
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
