import { inSpan, isRecorded, SpanKind } from '@zhijia/tracing';

/**
 * Runs a statement, in a span of its own where the work at hand is recorded. The span names what is done to which
 * table; neither the statement's text nor its parameters go into it.
 */
export function inStatementSpan<Result>(text: string, run: () => Promise<Result>): Promise<Result> {
  if (!isRecorded()) return run();
  const summary = summaryOf(text);
  return inSpan(
    summary,
    { kind: SpanKind.CLIENT, attributes: { 'db.system.name': 'postgresql', 'db.query.summary': summary } },
    run,
  );
}

/** What a statement does to which table first: `INSERT outbox`, `SELECT member`. */
export function summaryOf(text: string): string {
  const statement = text.replace(/--[^\n]*/g, '');
  const [, verb = 'SQL'] = /^\s*(\w+)/.exec(statement) ?? [];
  const changed = /\b(INSERT\s+INTO|DELETE\s+FROM|UPDATE)\s+([a-z_]\w*)/.exec(statement);
  if (changed !== null) return `${changed[1]?.split(/\s/)[0] ?? verb} ${changed[2] ?? ''}`;
  const [, table] = /\bFROM\s+([a-z_]\w*)\b(?!\s*\()/.exec(statement) ?? [];
  return table === undefined ? verb.toUpperCase() : `${verb.toUpperCase()} ${table}`;
}
