import pg from 'pg';

const mostRows = 200_000;

/**
 * Everything that the rows of a database say of each voter: in each table that names voters, by whatever id, each column
 * as it is and how long it is, the place in the file and the number of the transaction.
 *
 * @param {string} url
 * @param {string} label of the database
 * @param {ReadonlyMap<string, number>} voterById each of a voter's ids to the voter's index
 * @param {number} voterCount
 * @param {Map<string, unknown[]>} facts takes a list with a value for each voter under a name for each fact
 */
export async function readFacts(url, label, voterById, voterCount, facts) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: tables } = await client.query(
      `SELECT oid::regclass::text AS name FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND reltuples < ${mostRows} ORDER BY 1`,
    );
    for (const { name } of tables) {
      const { rows } = await client.query(
        `SELECT each.ctid::text AS place, each.xmin::text AS transaction, to_jsonb(each) AS row
           FROM ${name} AS each LIMIT ${mostRows}`,
      );
      // Partitions are named for their campaign.
      const table = `${label} ${name.replace(/_[0-9a-f]{32}$/, '')}`;
      for (const { place, transaction, row } of rows) {
        const voter = voterOf(row, voterById);
        if (voter === undefined) continue;
        const [block, item] = place.slice(1, -1).split(',').map(Number);
        keep(facts, voterCount, `${table}: place`, voter, block * 10_000 + item);
        keep(facts, voterCount, `${table}: transaction`, voter, Number(transaction));
        for (const [column, value] of Object.entries(row))
          keepValue(facts, voterCount, `${table}.${column}`, voter, value);
      }
    }
  } finally {
    await client.end();
  }
}

function voterOf(row, voterById) {
  for (const value of Object.values(row)) {
    if (typeof value === 'string') {
      const voter = voterById.get(value.replace(/^\\x/, ''));
      if (voter !== undefined) return voter;
    } else if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      const voter = voterOf(value, voterById);
      if (voter !== undefined) return voter;
    }
  }
  return undefined;
}

function keepValue(facts, voterCount, name, voter, value) {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? null);
  keep(facts, voterCount, name, voter, text);
  keep(facts, voterCount, `${name}, its length`, voter, text.length);
}

export function keep(facts, voterCount, name, voter, value) {
  const list = facts.get(name) ?? Array.from({ length: voterCount }, () => null);
  list[voter] = value;
  facts.set(name, list);
}

/**
 * The facts as attacks take them: numbers and times as numbers, other texts by their order and, where few are different,
 * as they are. What is the same for everybody, or says nothing of most, is left out.
 *
 * @returns `[{ name, values, isOrder }]`; `isOrder`: voters can be sorted by it
 */
export function usableFacts(facts) {
  const usable = [];
  for (const [name, list] of facts) {
    const given = list.filter((value) => value !== null);
    const different = new Set(given);
    if (different.size < 2 || given.length < list.length / 2) continue;
    const numbers = list.map(numberOf);
    if (numbers.every((value) => value !== null)) {
      usable.push({ name, values: numbers, isOrder: true });
      if (different.size <= 64) usable.push({ name: `${name}, as it is`, values: list.map(String), isOrder: false });
      continue;
    }
    const ranks = new Map(
      [...different]
        .map(String)
        .sort()
        .map((value, rank) => [value, rank]),
    );
    usable.push({
      name: `${name}, sorted`,
      values: list.map((value) => ranks.get(String(value)) ?? -1),
      isOrder: true,
    });
    if (different.size <= 64) usable.push({ name, values: list.map(String), isOrder: false });
  }
  return usable;
}

function numberOf(value) {
  if (typeof value === 'number') return value;
  if (value === null) return null;
  if (/^-?\d{1,15}(\.\d+)?$/.test(value)) return Number(value);
  return /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : null;
}
