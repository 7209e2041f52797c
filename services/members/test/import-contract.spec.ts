import { readFileSync } from 'node:fs';
import { memberColumns, organisationColumns } from '../src/rules/import-columns.js';
import { importProblems } from '../src/rules/import-problem.js';

const contract = readFileSync(new URL('../../../docs/import.md', import.meta.url), 'utf8');

describe('docs/import.md', () => {
  it.each([...organisationColumns, ...memberColumns])('documents the column $name', ({ name, zh, isRequired }) => {
    expect(contract).toMatch(
      new RegExp(`\\| \`${name}\` +\\| ${zh.join(', ')} +\\| ${isRequired ? 'yes' : ' +'} *\\|`),
    );
  });

  it.each(Object.entries(importProblems))('documents the reason %s', (code, [reasonZh, reasonEn]) => {
    expect(contract.replaceAll(/ +/g, ' ')).toContain(`| \`${code}\` | ${reasonZh} | ${reasonEn} |`);
  });
});
