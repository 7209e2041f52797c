import { z } from 'zod';
import { parseCanonicalJson } from './canonical-json.js';

/** Hashes on one line of the board: a changed hash is named to within so many. */
export const HASHES_PER_LINE = 100;
/** Ratings on one line of the board. */
export const RATINGS_PER_LINE = 1_000;

const count = z.int().min(0);
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const share = z.int().min(0).max(10_000);
const answerCountsSchema = z.strictObject({ none: count, grades: z.array(count).max(5).readonly(), dontKnow: count });

const serviceKeySchema = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  kid: z.string().optional(),
});

/** The lines of a board in the order in which they stand; every line is canonical JSON. */
const boardLineSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('board'),
    version: z.literal(1),
    /** JWS of the manifest. */
    manifest: z.string(),
    /** JWS of the closing digest. */
    closing: z.string(),
    /** Public keys that made the two signatures. Whether they are the organiser's is for the reader to know. */
    serviceKeys: z.array(serviceKeySchema).min(1).max(10),
  }),
  /** All accepted hashes, sorted, superseded ones among them. */
  z.strictObject({
    kind: z.literal('hashes'),
    from: count,
    hashes: z.array(hash).min(1).max(HASHES_PER_LINE),
    /** SHA-256 over the raw hashes of this line, so that a change is named by its line. */
    digest: hash,
  }),
  z.strictObject({ kind: z.literal('totals'), accepted: count, replaced: count, spoiled: count, counted: count }),
  z.strictObject({
    kind: z.literal('cell'),
    cell: z.string(),
    organisationId: z.string(),
    organisationIds: z.array(z.string()).min(1).readonly(),
    slots: count,
    ballots: count,
  }),
  z.strictObject({
    kind: z.literal('stratum'),
    stratum: z.string(),
    merges: z.array(z.string()).min(1).readonly(),
    ballots: count,
  }),
  /** `ratings` where codes are on (`<16 hex>=<answer>`), else `answers` (one digit each); sorted. */
  z.strictObject({
    kind: z.literal('ratings'),
    target: z.string(),
    cell: z.string(),
    from: count,
    ratings: z
      .array(z.string().regex(/^[0-9a-f]{16}=[0-6]$/))
      .min(1)
      .max(RATINGS_PER_LINE)
      .optional(),
    answers: z
      .string()
      .regex(/^[0-6]+$/)
      .max(RATINGS_PER_LINE)
      .optional(),
  }),
  z.strictObject({ kind: z.literal('cellCounts'), target: z.string(), cell: z.string(), counts: answerCountsSchema }),
  z.strictObject({
    kind: z.literal('stratumCounts'),
    target: z.string(),
    stratum: z.string(),
    counts: answerCountsSchema,
  }),
  z.strictObject({
    kind: z.literal('result'),
    target: z.string(),
    counts: answerCountsSchema,
    answers: count,
    passBasisPoints: share.nullable(),
    badBasisPoints: share.nullable(),
    isBelowLine: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal('turnout'),
    slots: count,
    cast: count,
    turnoutBasisPoints: count,
    isValid: z.boolean(),
  }),
  /** Number of all lines, this one included: a board cut short has no end. */
  z.strictObject({ kind: z.literal('end'), lines: count }),
]);

export type BoardLine = z.infer<typeof boardLineSchema>;

/** One line of a board, or null where it is none or not spelled canonically. */
export function parseBoardLine(text: string): BoardLine | null {
  const parsed = boardLineSchema.safeParse(parseCanonicalJson(text));
  return parsed.success ? parsed.data : null;
}
