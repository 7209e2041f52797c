/** What may be told about an error in a log: never a statement, a parameter or a row. */
export interface ErrorDescription {
  type: string;
  /** Absent for database errors: PostgreSQL quotes values in its messages. */
  message?: string;
  sqlState?: string;
  constraint?: string;
  table?: string;
  stack?: string;
}

/** Reduces an error to what is safe to keep : of a driver its SQLSTATE and constraint name. */
export function describeError(error: unknown): ErrorDescription {
  if (!(error instanceof Error)) return { type: typeof error };
  const database = databaseError(error);
  if (database !== null) {
    return {
      type: error.name,
      sqlState: database.code,
      ...(database.constraint === undefined ? {} : { constraint: database.constraint }),
      ...(database.table === undefined ? {} : { table: database.table }),
      ...frames(error),
    };
  }
  return { type: error.name, message: error.message, ...frames(error) };
}

interface DatabaseError {
  code: string;
  constraint?: string;
  table?: string;
}

/** TypeORM wraps the driver's error and adds statement and parameters; `pg` itself carries the SQLSTATE in `code`. */
function databaseError(error: Error): DatabaseError | null {
  const driverError: unknown = 'driverError' in error ? error.driverError : error;
  if (typeof driverError !== 'object' || driverError === null) return null;
  const { code, constraint, table } = driverError as Partial<DatabaseError>;
  if (typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code)) return null;
  return { code, ...(constraint ? { constraint } : {}), ...(table ? { table } : {}) };
}

/** The frames alone: the first lines of a stack repeat the message. */
function frames(error: Error): { stack?: string } {
  const lines = error.stack?.split('\n').filter((line) => /^\s+at /.test(line));
  return lines === undefined || lines.length === 0 ? {} : { stack: lines.join('\n') };
}
