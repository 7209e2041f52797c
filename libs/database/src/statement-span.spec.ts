import { summaryOf } from './statement-span.js';

describe('the summary of a statement', () => {
  it.each([
    ['SELECT id, name FROM member WHERE id = $1', 'SELECT member'],
    ['select 1', 'SELECT'],
    ['-- why\n  INSERT INTO inbox (consumer) SELECT $1 FROM unnest($2::uuid[])', 'INSERT inbox'],
    ['WITH moment AS (SELECT now()), added AS (INSERT INTO outbox (type) SELECT $1) SELECT 1', 'INSERT outbox'],
    ['UPDATE ledger_account SET units = $2 WHERE id = $1', 'UPDATE ledger_account'],
    ['DELETE FROM parked_event WHERE id = ANY($1)', 'DELETE parked_event'],
    ['WITH reach AS (SELECT path FROM organisation) SELECT 1', 'WITH organisation'],
    ['SELECT row FROM unnest($1::uuid[]) AS row', 'SELECT'],
    ['SELECT id FROM ballot ORDER BY id FOR UPDATE', 'SELECT ballot'],
    ['', 'SQL'],
  ])('of %j is %j', (text, summary) => {
    expect(summaryOf(text)).toBe(summary);
  });
});
