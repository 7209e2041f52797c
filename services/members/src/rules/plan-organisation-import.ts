import type { ImportProblem, ImportProblemCode, ProblemAtLine } from './import-problem.js';
import type { OrganisationKind, OrganisationLine, OrganisationStatus } from './read-organisation-line.js';

export interface OrganisationFacts {
  readonly code: string;
  readonly parentCode: string | null;
  readonly kind: OrganisationKind;
  readonly nameZh: string;
  readonly nameEn: string | null;
  readonly unifiedCode: string | null;
  readonly status: OrganisationStatus;
}

export interface RegisteredOrganisation extends OrganisationFacts {
  /** Whether the caller may change it. */
  readonly isInReach: boolean;
}

export interface OrganisationPlan {
  /** New and changed ones; a parent comes before its children. */
  readonly added: readonly OrganisationFacts[];
  readonly corrected: readonly OrganisationFacts[];
  /** Lines that say what is stored already. */
  readonly unchangedCount: number;
  readonly problems: readonly ProblemAtLine[];
}

const mostLevels = 16;

/**
 * What well-formed lines do to the tree, together: a parent may stand below its child in the file. A line that cannot
 * land leaves its organisation as it is stored, which can be the cause of another refusal, so the tree is judged again
 * until all that is left holds.
 *
 * @param mayTouchRoot whether the caller reaches the whole register
 */
export function planOrganisationImport(
  register: readonly RegisteredOrganisation[],
  lines: readonly OrganisationLine[],
  mayTouchRoot: boolean,
): OrganisationPlan {
  const stored = new Map(register.map((organisation) => [organisation.code, organisation]));
  const problems: ProblemAtLine[] = [];
  const open = new Map<string, OrganisationLine>();
  for (const line of lines) {
    const earlier = open.get(line.code);
    if (earlier === undefined) open.set(line.code, line);
    else
      problems.push({
        lineNumber: line.lineNumber,
        field: 'code',
        code: 'DUPLICATE_IN_FILE',
        otherLineNumber: earlier.lineNumber,
      });
  }
  for (;;) {
    const wrong = findWrongLines(stored, open, mayTouchRoot);
    if (wrong.size === 0) break;
    for (const [code, problem] of wrong) {
      const line = open.get(code);
      if (line !== undefined) problems.push({ lineNumber: line.lineNumber, ...problem });
      open.delete(code);
    }
  }
  const tree = new Tree(stored, open);
  const touched = tree.inOrder().filter((facts) => open.has(facts.code));
  const added = touched.filter((facts) => !stored.has(facts.code));
  const corrected = touched.filter((facts) => differs(facts, stored.get(facts.code)));
  return { added, corrected, unchangedCount: open.size - added.length - corrected.length, problems };
}

/** The tree as it would be after the lines that are still open. */
class Tree {
  readonly nodes = new Map<string, OrganisationFacts>();
  private readonly children = new Map<string | null, string[]>();

  constructor(stored: ReadonlyMap<string, RegisteredOrganisation>, open: ReadonlyMap<string, OrganisationLine>) {
    for (const [code, organisation] of stored) this.nodes.set(code, organisation);
    for (const [code, line] of open) this.nodes.set(code, factsAfter(line, stored.get(code)));
    for (const [code, { parentCode }] of this.nodes) {
      const siblings = this.children.get(parentCode);
      if (siblings === undefined) this.children.set(parentCode, [code]);
      else siblings.push(code);
    }
  }

  get roots(): readonly string[] {
    return this.children.get(null) ?? [];
  }

  /** What hangs on the top, level by level. */
  *levels(): Generator<readonly string[]> {
    let level: readonly string[] = this.roots;
    while (level.length > 0) {
      yield level;
      level = level.flatMap((code) => this.children.get(code) ?? []);
    }
  }

  /** The organisation and all below it that the register does not know; a known one has a place to fall back to. */
  newOnesFrom(code: string, stored: ReadonlyMap<string, unknown>): string[] {
    const found = [code];
    for (let place = 0; place < found.length; place += 1) {
      const at = found[place];
      if (at === undefined || stored.has(at)) continue;
      for (const child of this.children.get(at) ?? []) found.push(child);
    }
    return found;
  }

  codesInCycles(): string[] {
    const walkOf = new Map<string, number>();
    const inCycles: string[] = [];
    let walk = 0;
    for (const start of this.nodes.keys()) {
      walk += 1;
      let at: string | null = start;
      while (at !== null && !walkOf.has(at)) {
        walkOf.set(at, walk);
        at = this.nodes.get(at)?.parentCode ?? null;
      }
      if (at === null || walkOf.get(at) !== walk) continue;
      const entry = at;
      do {
        inCycles.push(at);
        at = this.nodes.get(at)?.parentCode ?? entry;
      } while (at !== entry);
    }
    return inCycles;
  }

  inOrder(): OrganisationFacts[] {
    return [...this.levels()].flat().flatMap((code) => this.nodes.get(code) ?? []);
  }
}

function findWrongLines(
  stored: ReadonlyMap<string, RegisteredOrganisation>,
  open: ReadonlyMap<string, OrganisationLine>,
  mayTouchRoot: boolean,
): Map<string, ImportProblem> {
  const tree = new Tree(stored, open);
  const wrong = new Map<string, ImportProblem>();
  const refuse = (code: string, field: string, problem: ImportProblemCode): void => {
    if (open.has(code) && !wrong.has(code)) wrong.set(code, { field, code: problem });
  };

  let depth = 0;
  for (const level of tree.levels()) {
    depth += 1;
    if (depth > mostLevels) for (const code of level) refuse(code, 'parentCode', 'TREE_TOO_DEEP');
  }
  for (const [code, facts] of tree.nodes) {
    if (facts.parentCode === null || tree.nodes.has(facts.parentCode)) continue;
    for (const orphan of tree.newOnesFrom(code, stored)) refuse(orphan, 'parentCode', 'PARENT_UNKNOWN');
  }
  for (const code of tree.codesInCycles()) refuse(code, 'parentCode', 'PARENT_CYCLE');
  judgeRoots(stored, tree, refuse);
  judgeUnifiedCodes(stored, tree, refuse);
  for (const code of open.keys()) {
    const facts = tree.nodes.get(code);
    if (facts !== undefined) judgePlace(facts, stored, tree, mayTouchRoot, refuse);
  }
  return wrong;
}

type Refuse = (code: string, field: string, problem: ImportProblemCode) => void;

function judgeRoots(stored: ReadonlyMap<string, RegisteredOrganisation>, tree: Tree, refuse: Refuse): void {
  const former = [...stored.values()].find((organisation) => organisation.parentCode === null)?.code;
  const root = former ?? tree.roots[0];
  for (const code of tree.roots) if (code !== root) refuse(code, 'parentCode', 'SECOND_ROOT');
  if (former !== undefined && tree.nodes.get(former)?.parentCode !== null) refuse(former, 'parentCode', 'ROOT_MISSING');
}

function judgeUnifiedCodes(stored: ReadonlyMap<string, RegisteredOrganisation>, tree: Tree, refuse: Refuse): void {
  const holders = new Map<string, string[]>();
  for (const { code, unifiedCode } of tree.nodes.values()) {
    if (unifiedCode === null) continue;
    const known = holders.get(unifiedCode);
    if (known === undefined) holders.set(unifiedCode, [code]);
    else known.push(code);
  }
  for (const [unifiedCode, codes] of holders) {
    if (codes.length < 2) continue;
    // Who has it already keeps it; among new ones the first line.
    const keeper = codes.find((code) => stored.get(code)?.unifiedCode === unifiedCode) ?? codes[0];
    for (const code of codes) if (code !== keeper) refuse(code, 'unifiedCode', 'UNIFIED_CODE_TAKEN');
  }
}

function judgePlace(
  facts: OrganisationFacts,
  stored: ReadonlyMap<string, RegisteredOrganisation>,
  tree: Tree,
  mayTouchRoot: boolean,
  refuse: Refuse,
): void {
  const { code, parentCode } = facts;
  const before = stored.get(code);
  if (before !== undefined && !before.isInReach) refuse(code, 'code', 'OUT_OF_REACH');
  if (parentCode === null) {
    if (!mayTouchRoot && before === undefined) refuse(code, 'parentCode', 'OUT_OF_REACH');
    if (facts.kind !== 'FEDERATION') refuse(code, 'kind', 'KIND_NOT_UNDER_PARENT');
    return;
  }
  const parent = tree.nodes.get(parentCode);
  if (parent === undefined) return;
  const moves = before?.parentCode !== parentCode;
  const storedParent = stored.get(parentCode);
  if (moves && storedParent !== undefined && !storedParent.isInReach) refuse(code, 'parentCode', 'OUT_OF_REACH');
  if (parent.status === 'DISSOLVED' && facts.status === 'ACTIVE' && (moves || before?.status !== 'ACTIVE')) {
    refuse(code, 'parentCode', 'PARENT_DISSOLVED');
  }
  // A federation of unions stands in the row of federations; everything else may hang where it works.
  if (facts.kind === 'FEDERATION' && parent.kind !== 'FEDERATION') refuse(code, 'kind', 'KIND_NOT_UNDER_PARENT');
}

function factsAfter(line: OrganisationLine, before: RegisteredOrganisation | undefined): OrganisationFacts {
  return {
    code: line.code,
    parentCode: line.parentCode,
    kind: line.kind,
    nameZh: line.nameZh,
    nameEn: line.nameEn === undefined ? (before?.nameEn ?? null) : line.nameEn,
    unifiedCode: line.unifiedCode === undefined ? (before?.unifiedCode ?? null) : line.unifiedCode,
    status: line.status ?? before?.status ?? 'ACTIVE',
  };
}

const comparedFacts = ['parentCode', 'kind', 'nameZh', 'nameEn', 'unifiedCode', 'status'] as const;

function differs(after: OrganisationFacts, before: OrganisationFacts | undefined): boolean {
  return before !== undefined && comparedFacts.some((name) => after[name] !== before[name]);
}
