import { nameOfStatement } from './statement-names.js';

describe('nameOfStatement', () => {
  it('names a text once', () => {
    const name = nameOfStatement('SELECT 1 WHERE $1');
    expect(name).not.toBeNull();
    expect(nameOfStatement('SELECT 1 WHERE $1')).toBe(name);
    expect(nameOfStatement('SELECT 2 WHERE $1')).not.toBe(name);
  });

  it.each(['SELECT 1 LIMIT $1', 'SELECT 1 ORDER BY 1\n limit  $2', 'SELECT 1 OFFSET $1'])(
    'leaves a limit that comes as a parameter to be planned each time: %s',
    (text) => expect(nameOfStatement(text)).toBeNull(),
  );

  it('prepares where the limit is written down', () => {
    expect(nameOfStatement('SELECT 1 LIMIT 10')).not.toBeNull();
  });

  it('stops naming before a server is full of statements', () => {
    for (let number = 0; number < 1_000; number += 1) nameOfStatement(`SELECT ${number} AS built`);
    expect(nameOfStatement('SELECT 1 AS too_many')).toBeNull();
    expect(nameOfStatement('SELECT 1 WHERE $1')).not.toBeNull();
  });
});
