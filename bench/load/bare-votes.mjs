import { randomBytes, randomUUID } from 'node:crypto';
import pg from 'pg';

const envelope = 'x'.repeat(722);
const event = JSON.stringify({
  participationId: randomUUID(),
  campaignId: randomUUID(),
  memberId: randomUUID(),
  rewardPoints: 100,
});

/**
 * The least that keeps a vote: an envelope by its slot and an event in one transaction. No identity, no rules, no check of
 * the envelope, nobody told. In closed loops, as `openClosedLoop`.
 *
 * @param {string} databaseUrl
 * @param {number} clients a connection each
 */
export async function openBareVotes(databaseUrl, clients) {
  const connections = await Promise.all(
    Array.from({ length: clients }, async () => {
      const client = new pg.Client({ connectionString: databaseUrl });
      await client.connect();
      return client;
    }),
  );
  const [first] = connections;
  await first.query(
    'CREATE TABLE bare_ballot (slot uuid PRIMARY KEY, envelope text NOT NULL, envelope_hash bytea NOT NULL)',
  );
  await first.query(
    `CREATE TABLE bare_outbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, aggregate_id text NOT NULL,
       payload jsonb NOT NULL, occurred_at timestamptz NOT NULL DEFAULT now())`,
  );

  async function vote(connection) {
    const slot = randomUUID();
    await connection.query('BEGIN');
    await connection.query({
      name: 'bare-ballot',
      text: `INSERT INTO bare_ballot VALUES ($1, $2, $3)
             ON CONFLICT (slot) DO UPDATE SET envelope = excluded.envelope, envelope_hash = excluded.envelope_hash`,
      values: [slot, envelope, randomBytes(32)],
    });
    await connection.query({
      name: 'bare-event',
      text: 'INSERT INTO bare_outbox (aggregate_id, payload) VALUES ($1, $2::jsonb)',
      values: [slot, event],
    });
    await connection.query('COMMIT');
  }

  return {
    async run(seconds) {
      const latenciesMs = [];
      const end = performance.now() + seconds * 1_000;
      await Promise.all(
        connections.map(async (connection) => {
          let startedAt = performance.now();
          while (startedAt < end) {
            await vote(connection);
            const answered = performance.now();
            if (answered <= end) latenciesMs.push(answered - startedAt);
            startedAt = answered;
          }
        }),
      );
      return { requests: latenciesMs.length, seconds, perSecond: latenciesMs.length / seconds, latenciesMs };
    },
    close: () => Promise.all(connections.map((connection) => connection.end())),
  };
}
