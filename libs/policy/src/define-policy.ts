import type { z } from 'zod';

/** A rule that differs by region and year: its name, its shape, and what holds where nobody has decided. */
export interface Policy<Schema extends z.ZodType = z.ZodType> {
  /** `area.rule`, as in the catalogue and the column `policy.key`. */
  readonly key: string;
  /** Units stand in the names of the members: basis points, minutes, fen and days as integers. */
  readonly schema: Schema;
  readonly default: z.output<Schema>;
  /** Where the default was found (a place that published it), or why we propose it. */
  readonly source: string;
}

export type PolicyValue<Definition extends Policy> = z.output<Definition['schema']>;

/**
 * Declares a policy.
 *
 * @throws ZodError when the default does not fit the schema, as soon as the file is loaded
 */
export function definePolicy<Schema extends z.ZodType>(definition: Policy<Schema>): Policy<Schema> {
  definition.schema.parse(definition.default);
  return Object.freeze(definition);
}
