import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { audiences, declaredFields, enforceAccess, renderAccessMatrix, roleNames, Viewer } from '@zhijia/access';
import type { SubgraphDefinition } from '@zhijia/subgraph';
import { parse, type GraphQLResolveInfo, type GraphQLSchema } from 'graphql';

/**
 * Compares who reaches which field with the committed `access-matrix.txt` of the service, so that a change of access is
 * a line somebody reviews, and tries every field with every role and audience on the schema as it is served.
 * `UPDATE_ACCESS_MATRIX=1 npm test` writes the file anew.
 */
export function expectAccessMatrix(definition: SubgraphDefinition): void {
  const file = fileURLToPath(new URL('access-matrix.txt', definition.schemaFile));
  const matrix = renderAccessMatrix(schemaOf(definition), definition.rules);
  if (process.env['UPDATE_ACCESS_MATRIX'] === '1' || (!existsSync(file) && process.env['CI'] === undefined)) {
    writeFileSync(file, matrix);
  }
  expect(existsSync(file) ? readFileSync(file, 'utf8') : '').toBe(matrix);
  expect(wronglyGuardedFields(definition)).toEqual([]);
}

/** Fields that answer a viewer whom the schema does not name, or refuse one whom it does. */
function wronglyGuardedFields(definition: SubgraphDefinition): string[] {
  const schema = schemaOf(definition);
  const secret = Symbol('what the resolver answers');
  for (const { field } of declaredFields(schema)) field.resolve = () => secret;
  enforceAccess(schema, definition.rules);
  return declaredFields(schema).flatMap(({ type, field, rule, audiences: allowed }) =>
    roleNames.flatMap((role) =>
      audiences.flatMap((audience) =>
        [ownRow, foreignRow].flatMap((row) => {
          const viewer = new Viewer({
            issuer: 'test',
            subject: role,
            client: 'test',
            audience,
            memberId: 'self',
            roles: [{ role, organisationId: 'organisation' }],
            actingFor: null,
          });
          const isAllowed = allowed.has(audience) && definition.rules[rule ?? '']?.allows(viewer, row) === true;
          const isAnswered = answers(() => field.resolve?.(row, {}, { viewer }, {} as GraphQLResolveInfo), secret);
          return isAllowed === isAnswered ? [] : [`${type.name}.${field.name} for ${role} on ${audience}`];
        }),
      ),
    ),
  );
}

/** Rows whose every property names the viewer, or somebody else. */
const ownRow: object = new Proxy({}, { get: () => 'self' });
const foreignRow: object = new Proxy({}, { get: () => 'somebody else' });

function answers(ask: () => unknown, secret: symbol): boolean {
  try {
    return ask() === secret;
  } catch {
    return false;
  }
}

function schemaOf(definition: SubgraphDefinition): GraphQLSchema {
  return buildSubgraphSchema(parse(readFileSync(definition.schemaFile, 'utf8')));
}
