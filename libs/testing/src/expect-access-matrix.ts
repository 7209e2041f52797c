import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { renderAccessMatrix } from '@zhijia/access';
import type { SubgraphDefinition } from '@zhijia/subgraph';
import { parse } from 'graphql';

/**
 * Compares who reaches which field with the committed `access-matrix.txt` of the service, so that a change of access is
 * a line somebody reviews. `UPDATE_ACCESS_MATRIX=1 npm test` writes it anew.
 */
export function expectAccessMatrix(definition: SubgraphDefinition): void {
  const schema = buildSubgraphSchema(parse(readFileSync(definition.schemaFile, 'utf8')));
  const file = fileURLToPath(new URL('access-matrix.txt', definition.schemaFile));
  const matrix = renderAccessMatrix(schema, definition.rules);
  if (process.env['UPDATE_ACCESS_MATRIX'] === '1' || (!existsSync(file) && process.env['CI'] === undefined)) {
    writeFileSync(file, matrix);
  }
  expect(existsSync(file) ? readFileSync(file, 'utf8') : '').toBe(matrix);
}
