/** A connection that can run one statement: TypeORM's DataSource outside, its EntityManager inside a transaction. */
export interface Queryable {
  query(text: string, parameters?: unknown[]): Promise<unknown>;
}

/** All rows of a statement, also of INSERT, UPDATE and DELETE ... RETURNING. */
export async function rows<Row>(db: Queryable, text: string, parameters: readonly unknown[] = []): Promise<Row[]> {
  const result = await db.query(text, [...parameters]);
  return (isRowsWithCount(result) ? result[0] : result) as Row[];
}

/** The only row, or null. More than one is a mistake of the statement, not of its caller. */
export async function row<Row>(db: Queryable, text: string, parameters: readonly unknown[] = []): Promise<Row | null> {
  const found = await rows<Row>(db, text, parameters);
  if (found.length > 1) throw new Error(`Expected one row at most, found ${found.length}`);
  return found[0] ?? null;
}

/** Runs a statement without RETURNING; answers how many rows an UPDATE or DELETE touched (0 for anything else). */
export async function execute(db: Queryable, text: string, parameters: readonly unknown[] = []): Promise<number> {
  const result = await db.query(text, [...parameters]);
  return isRowsWithCount(result) ? result[1] : 0;
}

/** TypeORM answers UPDATE and DELETE with `[rows, count]` and everything else with the rows. */
function isRowsWithCount(result: unknown): result is [unknown[], number] {
  return Array.isArray(result) && result.length === 2 && Array.isArray(result[0]) && typeof result[1] === 'number';
}
