import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

describe('the library in a browser', () => {
  const folder = join(import.meta.dirname, '.');
  const sources = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('spec.ts'));

  it.each(sources)('finds nothing of Node in %s', (name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    const imported = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, module]) => module!);
    expect(imported.filter((module) => !/^(\.\/|jose$|zod$)/.test(module))).toEqual([]);
    expect(text).not.toMatch(/\b(Buffer|process|require|setImmediate|__dirname)\b\s*[.(]/);
  });
});
