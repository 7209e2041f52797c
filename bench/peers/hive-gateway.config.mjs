/** Hive Gateway as it comes, in one process, with the token passed on to subgraphs. SUPERGRAPH_FILE, PORT. */
export const gatewayConfig = {
  supergraph: process.env.SUPERGRAPH_FILE,
  host: '127.0.0.1',
  port: Number(process.env.PORT),
  fork: 1,
  pollingInterval: 3_600_000,
  logging: 'error',
  propagateHeaders: {
    fromClientToSubgraphs: ({ request }) => ({ authorization: request.headers.get('authorization') }),
  },
};
