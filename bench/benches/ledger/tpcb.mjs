const branches = 10;
const tellersPerBranch = 10;

/** The tables of pgbench as it makes them, with ten branches, so that eight clients seldom meet in one. */
export async function makeTpcbTables(db, accounts) {
  for (const statement of [
    `CREATE TABLE pgbench_branches (bid int PRIMARY KEY, bbalance int, filler char(88))`,
    `CREATE TABLE pgbench_tellers (tid int PRIMARY KEY, bid int, tbalance int, filler char(84))`,
    `CREATE TABLE pgbench_accounts (aid int PRIMARY KEY, bid int, abalance int, filler char(84))`,
    `CREATE TABLE pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp, filler char(22))`,
    `INSERT INTO pgbench_branches (bid, bbalance) SELECT bid, 0 FROM generate_series(1, ${branches}) AS bid`,
    `INSERT INTO pgbench_tellers (tid, bid, tbalance)
     SELECT tid, (tid - 1) / ${tellersPerBranch} + 1, 0 FROM generate_series(1, ${branches * tellersPerBranch}) AS tid`,
    `INSERT INTO pgbench_accounts (aid, bid, abalance, filler)
     SELECT aid, (aid - 1) % ${branches} + 1, 0, '' FROM generate_series(1, ${accounts}) AS aid`,
    `VACUUM ANALYZE`,
  ]) {
    await db.query(statement);
  }
}

/** The script `tpcb-like` of pgbench: three balances, one read, one line of history. */
export async function runTpcb(tx, accounts) {
  const aid = oneOf(accounts);
  const bid = oneOf(branches);
  const tid = oneOf(branches * tellersPerBranch);
  const delta = oneOf(10_001) - 5_001;
  await tx.query(`UPDATE pgbench_accounts SET abalance = abalance + $1 WHERE aid = $2`, [delta, aid]);
  await tx.query(`SELECT abalance FROM pgbench_accounts WHERE aid = $1`, [aid]);
  await tx.query(`UPDATE pgbench_tellers SET tbalance = tbalance + $1 WHERE tid = $2`, [delta, tid]);
  await tx.query(`UPDATE pgbench_branches SET bbalance = bbalance + $1 WHERE bid = $2`, [delta, bid]);
  await tx.query(
    `INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES ($1, $2, $3, $4, CURRENT_TIMESTAMP)`,
    [tid, bid, aid, delta],
  );
}

/** 1 to `most`. */
function oneOf(most) {
  return 1 + Math.floor(Math.random() * most);
}
