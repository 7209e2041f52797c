import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { startStack } from '../../deploy/local/src/start-stack.mjs';

const gatewayAndSubgraphs = ['gateway', 'members', 'timebank', 'evaluations', 'benefits'];

/**
 * The product's four subgraphs and its gateway on these servers, each a process as in the demonstration.
 *
 * @param {object} bench
 * @param {object} servers from `startServers`
 * @param {object} [options]
 * @param {Record<string, Record<string, string>>} [options.env] variables on top, by service
 * @param {readonly string[]} [options.only] these of its processes, where the rest has no part in what is measured
 * @returns `{ stack, token(person), ask(person, query, variables), rows(service, sql, parameters), pids() }`; a person is
 *   `{ audience, subject, memberId?, roles? }`
 */
export async function startProduct(bench, servers, { env, only = gatewayAndSubgraphs } = {}) {
  const stack = await startStack({
    mode: 'development',
    // Whoever ends during a measurement shall be seen.
    keepRunning: false,
    dataDir: join(bench.directory, 'stack'),
    databases: servers.postgres.adminUrl,
    kafka: { brokers: servers.kafka.brokers, prefix: '' },
    services: only.filter((name) => name !== 'gateway'),
    gateway: only.includes('gateway'),
    env,
    progress: bench.progress,
  });
  bench.undo(() => stack.stop());
  const { makeToken } = await import('@zhijia/testing');
  const issuerKey = JSON.parse(readFileSync(stack.secrets.issuerKeyFile, 'utf8'));
  const [issuer] = JSON.parse(readFileSync(join(stack.dataDir, 'trusted-issuers.json'), 'utf8'));

  const token = ({ audience, subject, memberId = null, roles = [] }) =>
    makeToken(issuerKey, {
      issuer: issuer.issuer,
      audience: issuer.audiences[audience],
      subject,
      clientId: `bench-${audience}`,
      memberId,
      roles,
    });

  return {
    stack,
    token,
    /** The data of one operation through the gateway. @throws Error that shows what was refused */
    async ask(person, query, variables = {}) {
      const response = await fetch(stack.gateway[person.audience], {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${await token(person)}` },
        body: JSON.stringify({ query, variables }),
      });
      const { data, errors } = await response.json();
      if (errors !== undefined) throw new Error(`Refused: ${JSON.stringify(errors)}`);
      return data;
    },
    /** Rows of one service's database: for choosing whom to play, and for what is copied. */
    async rows(service, sql, parameters = []) {
      const client = new pg.Client({ connectionString: stack.databases[service] });
      await client.connect();
      try {
        return (await client.query(sql, parameters)).rows;
      } finally {
        await client.end();
      }
    },
    pids: () => Object.fromEntries(only.map((name) => [name, stack.pidOf(name)])),
  };
}

/** Asks again and again until it answers something other than null. */
export async function until(what, ask, { withinMs = 120_000, everyMs = 100 } = {}) {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (Date.now() > deadline) throw new Error(`Not within ${withinMs / 1_000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
