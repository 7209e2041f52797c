import { z } from 'zod';
import { concatBytes, sha256Hex, utf8, uuidBytes } from './bytes.js';
import { canonicalJson } from './canonical-json.js';

/** The stratum of everybody whom no stratum of the manifest's list fits, and of strata too small to be published. */
export const OTHER_STRATUM = 'OTHER';

/** How small cells are merged; a changed rule gets another id, so that old boards keep their meaning. */
const CELL_RULE = 'merge-upwards-1';

const identifier = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/, 'Not an identifier.');
const hash = z.string().regex(/^[0-9a-f]{64}$/, 'Not a SHA-256 in lower-case hex.');
const coordinate = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'Not a P-256 coordinate.');
const basisPoints = z.int().min(0).max(10_000);
const instant = z.iso.datetime();

/** Number and hash of an organisation's slots, so that the electorate cannot grow in silence. */
export const slotCountSchema = z.strictObject({
  organisationId: identifier,
  slotCount: z.int().min(0).max(10_000_000),
  slotsHash: hash,
});

export type SlotCount = Readonly<z.infer<typeof slotCountSchema>>;

const organisationSchema = slotCountSchema.extend({
  /** Place in the tree: labels from the top, `1.20.311`. `1.2` is not above `1.20`. */
  path: z
    .string()
    .regex(/^(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))*$/, 'Not a path of integer labels.')
    .max(400),
});

const scaleSchema = z.strictObject({
  /** Grades run from 1 (best) to this one. "Don't know" and "none" are not grades. */
  grades: z.int().min(2).max(5),
  passGrades: z.array(z.int().min(1).max(5)).min(1),
  badGrades: z.array(z.int().min(1).max(5)),
});

export const manifestSchema = z
  .strictObject({
    version: z.literal(1),
    campaignId: identifier,
    /** Everything that is rated, in the order of the ballot's bytes. */
    targetIds: z.array(identifier).min(1).max(1_000),
    questionSetHash: hash,
    scale: scaleSchema,
    window: z.strictObject({ opensAt: instant, closesAt: instant }),
    /** The electorate's tree with every organisation in between, parents before children. */
    organisations: z.array(organisationSchema).min(1).max(100_000),
    key: z.strictObject({
      /** RFC 7638, base64url. */
      thumbprint: coordinate,
      publicKey: z.strictObject({ kty: z.literal('EC'), crv: z.literal('P-256'), x: coordinate, y: coordinate }),
    }),
    /** `k`: no published figure holds fewer counted ballots. */
    minimumCell: z.int().min(2).max(1_000),
    cellRule: z.literal(CELL_RULE),
    /** Priority list: a member counts in the first that fits, else in OTHER. */
    strata: z.array(z.string().regex(/^[\p{L}\p{N}_.-]{1,40}$/u, 'Not a name of a stratum.')).max(11),
    /** Whether ballots carry codes by which voters find their ratings on the board. */
    codes: z.boolean(),
    /** A target whose share of passing grades is below it is below the line. */
    passLineBasisPoints: basisPoints,
    /** With less turnout the result is published as not valid. */
    minTurnoutBasisPoints: basisPoints,
  })
  .superRefine((manifest, context) => {
    const refuse = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
    const { scale, window, organisations, strata, targetIds } = manifest;
    if (!distinct(targetIds)) refuse('targetIds', 'A target stands twice.');
    if (!distinct(strata) || strata.includes(OTHER_STRATUM))
      refuse('strata', 'A stratum stands twice or is named OTHER.');
    const judged = [...scale.passGrades, ...scale.badGrades];
    if (!distinct(judged) || judged.some((grade) => grade > scale.grades))
      refuse('scale', 'A grade is outside the scale, stands twice, or both passes and is bad.');
    if (!ascending(scale.passGrades) || !ascending(scale.badGrades)) refuse('scale', 'Grades are listed in order.');
    if (Date.parse(window.opensAt) >= Date.parse(window.closesAt)) refuse('window', 'It closes before it opens.');
    const slots = organisations.reduce((sum, organisation) => sum + organisation.slotCount, 0);
    if (slots < manifest.minimumCell) refuse('organisations', 'The electorate is smaller than the minimum cell.');
    if (!distinct(organisations.map(({ organisationId }) => organisationId)))
      refuse('organisations', 'An organisation stands twice.');
    const paths = new Set<string>();
    for (const [index, { path }] of organisations.entries()) {
      const parent = path.split('.').slice(0, -1).join('.');
      if (index > 0 && !paths.has(parent)) refuse('organisations', `${path} stands before or without its parent.`);
      if (paths.has(path)) refuse('organisations', `${path} stands twice.`);
      const before = organisations[index - 1];
      if (before !== undefined && comparePaths(before.path, path) > 0)
        refuse('organisations', `${path} is out of order.`);
      paths.add(path);
    }
  });

/** What everybody votes under: fixed, signed and hashed before the first ballot. */
export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestOrganisation = Manifest['organisations'][number];

/** A manifest that says something impossible; every problem with its member. */
export class ManifestError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The manifest cannot be used:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'ManifestError';
  }
}

/** @throws ManifestError */
export function parseManifest(value: unknown): Manifest {
  const parsed = manifestSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ManifestError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
}

/**
 * Completes version and cell rule, puts organisations into tree order and checks everything.
 *
 * @throws ManifestError
 */
export function makeManifest(content: Omit<Manifest, 'version' | 'cellRule'>): Manifest {
  const organisations = [...content.organisations].sort((left, right) => comparePaths(left.path, right.path));
  return parseManifest({ ...content, organisations, version: 1, cellRule: CELL_RULE });
}

/** SHA-256 of the canonical JSON, lower-case hex: what `apv` of every envelope carries. */
export function manifestHash(manifest: Manifest): Promise<string> {
  return sha256Hex(utf8(canonicalJson(manifest)));
}

/**
 * The manifest hash in a form people can compare by reading it aloud: six groups of four digits (80 bits). Digits,
 * because a notice is read on the shop floor by people of every age.
 */
export function fingerprint(manifestHashHex: string): string {
  const digits = (BigInt(`0x${manifestHashHex.slice(0, 20)}`) % 10n ** 24n).toString().padStart(24, '0');
  return (digits.match(/.{4}/g) ?? []).join(' ');
}

/**
 * Hash of a set of slots (canonical UUIDs, any order): SHA-256 over their raw bytes, sorted. Slots are random, so the
 * hash tells nothing about them.
 */
export function hashSlots(slots: readonly string[]): Promise<string> {
  if (!distinct(slots)) throw new TypeError('A slot stands twice.');
  return sha256Hex(concatBytes(...[...slots].sort().map(uuidBytes)));
}

/** The first stratum of the manifest's priority list among those of a member, else OTHER. */
export function stratumOf(manifest: Pick<Manifest, 'strata'>, strataOfMember: Iterable<string>): string {
  const known = new Set(strataOfMember);
  return manifest.strata.find((stratum) => known.has(stratum)) ?? OTHER_STRATUM;
}

/** Tree order: a parent before its children, siblings by the number of their label. */
export function comparePaths(left: string, right: string): number {
  const leftLabels = left.split('.');
  const rightLabels = right.split('.');
  for (const [index, label] of leftLabels.entries()) {
    const other = rightLabels[index];
    if (other === undefined) return 1;
    // Longer labels are larger numbers: they have no leading zeros.
    if (label !== other) return label.length - other.length || (label < other ? -1 : 1);
  }
  return leftLabels.length - rightLabels.length;
}

function distinct(values: readonly unknown[]): boolean {
  return new Set(values).size === values.length;
}

function ascending(values: readonly number[]): boolean {
  return values.every((value, index) => index === 0 || value > (values[index - 1] ?? 0));
}
