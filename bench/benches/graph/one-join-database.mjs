import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';

const name = 'bench_one_join';

/** Table, service and what to take of it. In the order of the foreign keys. */
const copied = [
  ['organisation', 'members', `SELECT id, name_zh FROM organisation`],
  [
    'time_account',
    'timebank',
    `SELECT member_id, balance_units AS balance_minutes FROM time_account JOIN ledger_account USING (id)`,
  ],
  [
    'points_account',
    'benefits',
    `SELECT owner_id::uuid AS member_id, balance_units AS balance_points FROM ledger_account WHERE kind = 'MEMBER'`,
  ],
  [
    'campaign',
    'evaluations',
    `SELECT id, state, title_zh, opens_at, closes_at, points_per_member, pool_points,
       EXISTS (SELECT 1 FROM known_reward_pool WHERE campaign_id = campaign.id) AS is_pool_empty FROM campaign`,
  ],
  [
    'reward_pool',
    'benefits',
    `SELECT campaign_id, points_per_member, balance_units AS remaining_points, emptied_at IS NOT NULL AS is_empty
       FROM reward_pool JOIN ledger_account account ON account.id = account_id`,
  ],
  ['electorate_slot', 'evaluations', `SELECT member_id, campaign_id FROM electorate_slot`],
  ['participation', 'evaluations', `SELECT member_id, campaign_id FROM participation`],
];

/**
 * One database on the same server with the rows of all four services. Names are kept masked, not sealed: the limit
 * spends nothing on secrecy.
 *
 * @returns its URL
 */
export async function makeOneJoinDatabase(bench, product, adminUrl) {
  return bench.progress.step('Database of the one join', async () => {
    const admin = new pg.Client({ connectionString: adminUrl });
    await admin.connect();
    await admin.query(`CREATE DATABASE ${name}`);
    await admin.end();
    const url = new URL(adminUrl);
    url.pathname = `/${name}`;
    const client = new pg.Client({ connectionString: url.toString() });
    await client.connect();
    try {
      await client.query(readFileSync(join(import.meta.dirname, 'one-join-schema.sql'), 'utf8'));
      const [organisations, ...rest] = copied;
      await copy(client, product, organisations);
      await insert(client, 'member', await maskedMembers(product));
      for (const table of rest) await copy(client, product, table);
      await client.query('VACUUM ANALYZE');
    } finally {
      await client.end();
    }
    return url.toString();
  });
}

async function copy(client, product, [table, service, sql]) {
  await insert(client, table, await product.rows(service, sql));
}

async function insert(client, table, rows) {
  await client.query(`INSERT INTO ${table} SELECT * FROM json_populate_recordset(NULL::${table}, $1)`, [
    JSON.stringify(rows),
  ]);
}

async function maskedMembers(product) {
  const { PersonalFields } = await import('../../../services/members/dist/members/personal-fields.js');
  const { maskName } = await import('@zhijia/pii');
  const { piiKeyringFile, piiIndexKeyFile } = product.stack.secrets;
  const personal = PersonalFields.fromFiles({ piiKeyringFile, piiIndexKeyFile });
  const members = await product.rows('members', `SELECT id, organisation_id, full_name_sealed FROM member`);
  return members.map(({ id, organisation_id, full_name_sealed }) => ({
    id,
    organisation_id,
    masked_name: maskName(personal.openFullName(id, full_name_sealed)),
  }));
}
