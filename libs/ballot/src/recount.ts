import type { JSONWebKeySet } from 'jose';
import { ANSWER_KINDS, answerCounts, emptyCounters, mayStandAlone } from './answer-counts.js';
import type { AnswerCounts } from './answer-counts.js';
import { DONT_KNOW, NO_ANSWER } from './ballot-codec.js';
import { RATINGS_PER_LINE } from './board-line.js';
import type { BoardLine } from './board-line.js';
import { BoardReader } from './board-reader.js';
import type { LineOf } from './board-reader.js';
import { digestHashes, verifyClosingDigest } from './closing-digest.js';
import type { ClosingDigest } from './closing-digest.js';
import { OTHER_STRATUM, fingerprint, manifestHash } from './manifest.js';
import type { Manifest } from './manifest.js';
import { commonPath } from './merge-cells.js';
import { RecountProblems } from './recount-problem.js';
import type { BoardPlace, Figure, RecountProblem } from './recount-problem.js';
import { targetResult, turnoutOf } from './results.js';
import type { CampaignResults, TargetResult } from './results.js';
import { verifyManifest } from './sign-manifest.js';
import { cellIdOf, slotsByOrganisation } from './tally.js';

export interface RecountReport {
  /** Everything on the board holds. */
  readonly ok: boolean;
  /** The first hundred of them, in the order of the board. */
  readonly problems: readonly RecountProblem[];
  readonly problemCount: number;
  /** Whether the signatures are by the keys the reader trusts; null where none were given: compare the fingerprint. */
  readonly isTrusted: boolean | null;
  /** What the board says it is; null where that cannot be read. */
  readonly manifest: Manifest | null;
  /** Compare it with the notice. */
  readonly fingerprint: string | null;
  /** Results counted anew from the lists; null where the board is too broken for it. */
  readonly results: CampaignResults | null;
}

/**
 * Counts a board anew from nothing but its lines: signatures, sealed hashes, that hashes are as many as counted, replaced
 * and spoiled ballots together, that cells and strata divide the electorate and none is too small, and every figure from
 * the lists. (Figures by stratum have no lists, which would cross the tables; they are held by their sums.)
 *
 * @param lines of the board, with or without line feeds; `splitLines` makes them from a file or a response.
 * @param options.trustedKeys the organiser's public keys from a source the reader trusts.
 */
export async function recount(
  lines: AsyncIterable<string> | Iterable<string>,
  options: { readonly trustedKeys?: JSONWebKeySet } = {},
): Promise<RecountReport> {
  const problems = new RecountProblems();
  const reader = new BoardReader(lines, problems);
  const header = await readHeader(reader, problems, options.trustedKeys);
  const results = header === null ? null : await new BoardRecount(header, reader, problems).run();
  return {
    ok: problems.total === 0,
    problems: problems.list(),
    problemCount: problems.total,
    isTrusted: header?.isTrusted ?? null,
    manifest: header?.manifest ?? null,
    fingerprint: header === null ? null : fingerprint(header.manifestHash),
    results,
  };
}

interface BoardHeader {
  readonly manifest: Manifest;
  readonly manifestHash: string;
  readonly closing: ClosingDigest;
  readonly isTrusted: boolean | null;
}

async function readHeader(
  reader: BoardReader,
  problems: RecountProblems,
  trustedKeys: JSONWebKeySet | undefined,
): Promise<BoardHeader | null> {
  const line = await reader.take('board');
  const place = { line: 1 };
  if (line === null) {
    problems.report('order', place, 'The board does not begin with its header.', '公示板缺少首行。');
    return null;
  }
  const verify = async (keys: JSONWebKeySet): Promise<{ manifest: Manifest; closing: ClosingDigest } | null> => {
    try {
      return {
        manifest: await verifyManifest(line.manifest, keys),
        closing: await verifyClosingDigest(line.closing, keys),
      };
    } catch {
      return null;
    }
  };
  const signed = await verify({ keys: line.serviceKeys });
  if (signed === null) {
    problems.report(
      'signature',
      place,
      'Manifest or closing digest are not signed by the keys named on the board.',
      '投票说明书或封存摘要的签名与公示板所列密钥不符。',
    );
    return null;
  }
  const isTrusted = trustedKeys === undefined ? null : (await verify(trustedKeys)) !== null;
  if (isTrusted === false) {
    problems.report(
      'untrustedKey',
      place,
      'The board is signed by a key you do not trust.',
      '公示板的签名密钥不在您信任的密钥之列。',
    );
  }
  const hash = await manifestHash(signed.manifest);
  if (signed.closing.manifestHash !== hash || signed.closing.campaignId !== signed.manifest.campaignId) {
    problems.report('signature', place, 'The closing digest is of another campaign.', '封存摘要属于另一次评议。');
  }
  return { ...signed, manifestHash: hash, isTrusted };
}

/** Where a line belongs: by target, then cells with their ratings and figures, then strata, then the result. */
type Slot = readonly [target: number, section: number, index: number, part: number];

const CELL_SECTION = 0;
const STRATUM_SECTION = 1;
const RESULT_SECTION = 2;
/** Figures of a cell come after its last rating. */
const AFTER_RATINGS = Number.MAX_SAFE_INTEGER;

class BoardRecount {
  private readonly manifest: Manifest;
  private readonly closing: ClosingDigest;
  private readonly targetIndexes: ReadonlyMap<string, number>;
  private cells: readonly LineOf<'cell'>[] = [];
  private strata: readonly LineOf<'stratum'>[] = [];
  private cellIndexes: ReadonlyMap<string, number> = new Map();
  private stratumIndexes: ReadonlyMap<string, number> = new Map();
  private cellCounters: readonly Uint32Array[] = [];
  private stratumCounters: readonly Uint32Array[] = [];
  private lastRating = '';

  constructor(
    header: BoardHeader,
    private readonly reader: BoardReader,
    private readonly problems: RecountProblems,
  ) {
    this.manifest = header.manifest;
    this.closing = header.closing;
    this.targetIndexes = new Map(header.manifest.targetIds.map((targetId, index) => [targetId, index]));
  }

  async run(): Promise<CampaignResults | null> {
    await this.readHashes();
    const counted = await this.readTotals();
    await this.readCells(counted);
    await this.readStrata(counted);
    const targets: TargetResult[] = [];
    for (const index of this.manifest.targetIds.keys()) targets.push(await this.readTarget(index));
    await this.readTurnout();
    await this.readEnd();
    this.checkSizes();
    return { turnout: turnoutOf(this.manifest, this.closing), targets };
  }

  private async readHashes(): Promise<void> {
    const hashes: string[] = [];
    let isOrdered = true;
    for (;;) {
      const line = await this.reader.take('hashes');
      if (line === null) break;
      const place = this.here();
      this.expect(
        place,
        'count',
        line.from,
        hashes.length,
        'The number of hashes before this line',
        '本行之前的哈希数',
      );
      for (const [index, hash] of line.hashes.entries()) {
        if (hash <= (hashes.at(-1) ?? '')) {
          isOrdered = false;
          this.problems.report(
            'hashes',
            place,
            `Hash ${index + 1} of this line (${hash}) is out of order or stands twice.`,
            `本行第 ${index + 1} 个哈希（${hash}）顺序错误或重复。`,
          );
        }
        hashes.push(hash);
      }
      const digest = await digestHashes([...new Set(line.hashes)]);
      if (digest !== line.digest) {
        this.problems.report(
          'hashes',
          place,
          `A hash among ${line.from + 1} to ${line.from + line.hashes.length} was changed: they do not give the digest of their line.`,
          `第 ${line.from + 1} 至 ${line.from + line.hashes.length} 个哈希中有被改动者：与本行摘要不符。`,
        );
      }
    }
    const place = { line: this.reader.lineNumber };
    this.expect(place, 'count', hashes.length, this.closing.accepted, 'The number of hashes', '哈希总数');
    if (isOrdered && (await digestHashes(hashes)) !== this.closing.hashesDigest) {
      this.problems.report(
        'hashes',
        place,
        'The hashes on the lines before are not the sealed ones: they do not give the closing digest.',
        '以上各行的哈希不是封存时的哈希：与封存摘要不符。',
      );
    }
  }

  /** The number of counted ballots; null where the line is missing. */
  private async readTotals(): Promise<number | null> {
    const line = await this.reader.take('totals');
    const place = this.here();
    if (line === null) {
      this.missing('totals', 'totals', '合计');
      return null;
    }
    const { accepted, replaced, spoiled, counted } = line;
    this.expect(place, 'count', accepted, this.closing.accepted, 'The number of accepted ballots', '收到的选票数');
    this.expect(place, 'count', replaced, this.closing.replaced, 'The number of replaced ballots', '被替换的选票数');
    this.expect(
      place,
      'count',
      counted + replaced + spoiled,
      this.closing.accepted,
      'Counted, replaced and spoiled ballots together',
      '计入、被替换与废票之和',
    );
    if (counted < this.manifest.minimumCell) {
      this.problems.report(
        'count',
        place,
        'Fewer ballots count than the minimum cell: such a campaign has no result.',
        '计入的选票少于最小单元，此类评议不得公布结果。',
      );
    }
    return counted;
  }

  private async readCells(counted: number | null): Promise<void> {
    const cells: LineOf<'cell'>[] = [];
    const slots = slotsByOrganisation(this.manifest, this.closing);
    const organisations = new Map(
      this.manifest.organisations.map((organisation) => [organisation.organisationId, organisation]),
    );
    const organisationAt = new Map(
      this.manifest.organisations.map(({ path, organisationId }) => [path, organisationId]),
    );
    const position = new Map(this.manifest.organisations.map(({ organisationId }, index) => [organisationId, index]));
    const placed = new Set<string>();
    let before = -1;
    for (;;) {
      const line = await this.reader.take('cell');
      if (line === null) break;
      const place = { ...this.here(), cell: line.cell };
      for (const organisationId of line.organisationIds) {
        if (!organisations.has(organisationId) || placed.has(organisationId)) {
          this.problems.report(
            'cells',
            place,
            `Organisation ${organisationId} is not in the manifest, or stands in two cells.`,
            `组织 ${organisationId} 不在投票说明书中，或出现在两个单元中。`,
          );
        }
        placed.add(organisationId);
      }
      const path = commonPath(
        line.organisationIds.map((organisationId) => organisations.get(organisationId)?.path ?? ''),
      );
      this.expect(
        place,
        'cells',
        line.cell,
        cellIdOf(path, line.organisationIds.length),
        'The name of the cell',
        '单元名称',
      );
      this.expect(
        place,
        'cells',
        line.organisationId,
        organisationAt.get(path) ?? '',
        'The organisation of the cell',
        '单元所属组织',
      );
      const slotCount = line.organisationIds.reduce((sum, organisationId) => sum + (slots.get(organisationId) ?? 0), 0);
      this.expect(place, 'count', line.slots, slotCount, 'The number of slots', '名额数');
      const first = position.get(line.organisationIds[0] ?? '') ?? -1;
      if (first <= before) this.problems.report('cells', place, 'The cell is out of order.', '单元顺序错误。');
      before = first;
      cells.push(line);
    }
    const place = this.here();
    const missing = this.manifest.organisations.filter(({ organisationId }) => !placed.has(organisationId));
    if (missing.length > 0) {
      const names = missing
        .slice(0, 3)
        .map(({ organisationId }) => organisationId)
        .join(', ');
      this.problems.report(
        'cells',
        place,
        `${missing.length} organisations are in no cell: ${names}.`,
        `有 ${missing.length} 个组织不在任何单元中：${names}。`,
      );
    }
    this.expectSum(place, cells, counted, 'The ballots of all cells', '各单元选票之和');
    this.cells = cells;
    this.cellIndexes = new Map(cells.map(({ cell }, index) => [cell, index]));
    this.cellCounters = cells.map(() => emptyCounters(this.manifest));
  }

  private async readStrata(counted: number | null): Promise<void> {
    const strata: LineOf<'stratum'>[] = [];
    const known = new Set([...this.manifest.strata, OTHER_STRATUM]);
    for (;;) {
      const line = await this.reader.take('stratum');
      if (line === null) break;
      for (const name of new Set([...line.merges, ...(line.stratum === OTHER_STRATUM ? [] : [line.stratum])])) {
        if (known.delete(name)) continue;
        this.problems.report(
          'strata',
          { ...this.here(), stratum: line.stratum },
          `Stratum ${name} is not in the manifest, or stands twice.`,
          `类别 ${name} 不在投票说明书中，或出现两次。`,
        );
      }
      if (line.stratum !== OTHER_STRATUM) {
        const place = { ...this.here(), stratum: line.stratum };
        this.expect(place, 'strata', line.merges.join(), line.stratum, 'What the stratum stands for', '类别所含');
      }
      strata.push(line);
    }
    for (const name of known) {
      // There may be nobody outside the manifest's strata.
      if (name === OTHER_STRATUM) continue;
      this.problems.report('strata', this.here(), `Stratum ${name} is missing.`, `缺少类别 ${name}。`);
    }
    this.expectSum(this.here(), strata, counted, 'The ballots of all strata', '各类别选票之和');
    this.strata = strata;
    this.stratumIndexes = new Map(strata.map(({ stratum }, index) => [stratum, index]));
    this.stratumCounters = strata.map(() => emptyCounters(this.manifest));
  }

  private async readTarget(targetIndex: number): Promise<TargetResult> {
    const target = this.manifest.targetIds[targetIndex] ?? '';
    for (const [index, { cell, ballots }] of this.cells.entries()) {
      for (let from = 0; from < ballots; from += RATINGS_PER_LINE) {
        const line = await this.takeAt('ratings', [targetIndex, CELL_SECTION, index, from]);
        if (line === null) this.missing(`ratings from ${from + 1}`, 'ratings', '评分', { target, cell });
        else this.checkRatings(line, targetIndex, index, Math.min(RATINGS_PER_LINE, ballots - from));
      }
      const line = await this.takeAt('cellCounts', [targetIndex, CELL_SECTION, index, AFTER_RATINGS]);
      if (line === null) this.missing('figures', 'cellCounts', '统计数', { target, cell });
      else
        this.checkCounts(
          { ...this.here(), target, cell },
          line.counts,
          this.countsOf(this.cellCounters[index], targetIndex),
        );
    }
    const total = emptyCounters(this.manifest);
    for (const counters of this.cellCounters) addTarget(total, counters, targetIndex);
    await this.readStratumCounts(targetIndex, target, total);

    const result = targetResult(target, this.countsOf(total, targetIndex), this.manifest);
    const line = await this.takeAt('result', [targetIndex, RESULT_SECTION, 0, 0]);
    if (line === null) this.missing('result', 'result', '结果', { target });
    else this.checkResult({ ...this.here(), target }, line, result);
    return result;
  }

  private async readStratumCounts(targetIndex: number, target: string, total: Uint32Array): Promise<void> {
    const sum = emptyCounters(this.manifest);
    let isComplete = true;
    for (const [index, { stratum, ballots }] of this.strata.entries()) {
      const line = await this.takeAt('stratumCounts', [targetIndex, STRATUM_SECTION, index, 0]);
      const counters = this.stratumCounters[index];
      if (line === null || counters === undefined) {
        isComplete = false;
        this.missing('figures', 'stratumCounts', '统计数', { target, stratum });
        continue;
      }
      const place = { ...this.here(), target, stratum };
      const { none, grades, dontKnow } = line.counts;
      counters.set([none, ...grades], targetIndex * ANSWER_KINDS);
      counters[targetIndex * ANSWER_KINDS + DONT_KNOW] = dontKnow;
      this.expect(place, 'figure', grades.length, this.manifest.scale.grades, 'The number of grades', '等级数');
      const answers = none + dontKnow + grades.reduce((all, count) => all + count, 0);
      this.expect(place, 'figure', answers, ballots, 'The sum of the figures', '统计数之和');
      addTarget(sum, counters, targetIndex);
    }
    // Named by target only: the sums do not tell which stratum is wrong.
    if (!isComplete) return;
    const place = { ...this.here(), target };
    this.checkCounts(place, this.countsOf(sum, targetIndex), this.countsOf(total, targetIndex), {
      en: ' over all strata',
      zh: '（各类别合计）',
    });
  }

  private checkRatings(line: LineOf<'ratings'>, targetIndex: number, cellIndex: number, expectedLength: number): void {
    const place = { ...this.here(), target: line.target, cell: line.cell };
    const { codes, scale } = this.manifest;
    if ((line.ratings !== undefined) !== codes || (line.answers !== undefined) === codes) {
      this.problems.report(
        'ratings',
        place,
        'Codes stand where they are off, or are missing.',
        '验证码开关与投票说明书不符。',
      );
      return;
    }
    const ratings = line.ratings ?? [...(line.answers ?? '')];
    if (ratings.length !== expectedLength) {
      this.expect(place, 'ratings', ratings.length, expectedLength, 'The number of ratings on this line', '本行评分数');
    }
    const counters = this.cellCounters[cellIndex];
    if (line.from === 0) this.lastRating = '';
    for (const [index, rating] of ratings.entries()) {
      const answer = Number(rating.at(-1));
      if (rating < this.lastRating) {
        this.problems.report(
          'ratings',
          place,
          `Rating ${line.from + index + 1} (${rating}) is out of order.`,
          `第 ${line.from + index + 1} 个评分（${rating}）顺序错误。`,
        );
      }
      this.lastRating = rating;
      if (answer > scale.grades && answer !== DONT_KNOW) {
        this.problems.report(
          'ratings',
          place,
          `Rating ${line.from + index + 1} (${rating}) is outside the scale.`,
          `第 ${line.from + index + 1} 个评分（${rating}）超出等级范围。`,
        );
      }
      const counter = targetIndex * ANSWER_KINDS + answer;
      if (counters !== undefined) counters[counter] = (counters[counter] ?? 0) + 1;
    }
  }

  private checkCounts(
    place: BoardPlace,
    found: AnswerCounts,
    counted: AnswerCounts,
    suffix: { en: string; zh: string } = { en: '', zh: '' },
  ): void {
    const names = ['none', ...counted.grades.map((_, index) => `grade ${index + 1}`), "don't know"];
    const namesZh = ['未评', ...counted.grades.map((_, index) => `第 ${index + 1} 等`), '不了解'];
    const foundCounts = [found.none, ...found.grades, found.dontKnow];
    this.expect(place, 'figure', found.grades.length, counted.grades.length, 'The number of grades', '等级数');
    for (const [index, count] of [counted.none, ...counted.grades, counted.dontKnow].entries()) {
      this.expect(
        place,
        'figure',
        foundCounts[index],
        count,
        `The figure of "${names[index] ?? ''}"${suffix.en}`,
        `“${namesZh[index] ?? ''}”的统计数${suffix.zh}`,
      );
    }
  }

  private checkResult(place: BoardPlace, line: LineOf<'result'>, result: TargetResult): void {
    this.checkCounts(place, line.counts, result.counts);
    this.expect(place, 'figure', line.answers, result.answers, 'The number of grades given', '有效评分数');
    this.expect(place, 'figure', line.passBasisPoints, result.passBasisPoints, 'The passing share', '合格率（万分比）');
    this.expect(place, 'figure', line.badBasisPoints, result.badBasisPoints, 'The bad share', '差评率（万分比）');
    this.expect(
      place,
      'figure',
      line.isBelowLine,
      result.isBelowLine,
      'Whether it is below the line',
      '是否低于合格线',
    );
  }

  private async readTurnout(): Promise<void> {
    const line = await this.takeAt('turnout', [this.manifest.targetIds.length, 0, 0, 0]);
    if (line === null) return this.missing('turnout', 'turnout', '参评率');
    const place = this.here();
    const turnout = turnoutOf(this.manifest, this.closing);
    this.expect(place, 'figure', line.slots, turnout.slots, 'The number of slots', '名额数');
    this.expect(place, 'figure', line.cast, turnout.cast, 'The number of members who took part', '参评人数');
    this.expect(place, 'figure', line.turnoutBasisPoints, turnout.turnoutBasisPoints, 'Turnout', '参评率（万分比）');
    this.expect(place, 'figure', line.isValid, turnout.isValid, 'Whether the result is valid', '结果是否有效');
  }

  private async readEnd(): Promise<void> {
    const line = await this.takeAt('end', [this.manifest.targetIds.length, 0, 0, 1]);
    if (line === null) this.missing('end', 'end', '末行');
    else this.expect(this.here(), 'count', line.lines, this.reader.lineNumber, 'The number of lines', '总行数');
    for (;;) {
      if ((await this.reader.peek()) === null) return;
      this.outOfPlace();
      this.reader.skip();
    }
  }

  /** What may not be published by itself. A board of one cell has nothing left to merge it with. */
  private checkSizes(): void {
    const check = (
      kind: 'cells' | 'strata',
      place: BoardPlace,
      ballots: number,
      counters: Uint32Array | undefined,
    ): void => {
      if (counters === undefined || mayStandAlone(ballots, counters, this.manifest.minimumCell)) return;
      this.problems.report(
        kind,
        place,
        'It is too small to be published by itself, or is small and unanimous.',
        '该部分人数过少，或人数较少且意见一致，不得单独公布。',
      );
    };
    if (this.cells.length > 1) {
      for (const [index, { cell, ballots }] of this.cells.entries()) {
        check('cells', { line: null, cell }, ballots, this.cellCounters[index]);
      }
    }
    if (this.strata.length > 1) {
      for (const [index, { stratum, ballots }] of this.strata.entries()) {
        check('strata', { line: null, stratum }, ballots, this.stratumCounters[index]);
      }
    }
  }

  /**
   * The line that belongs to this slot, or null where it is missing. Lines that belong to earlier slots, or to none, are
   * reported and passed over, so that one line too many or too few does not make all others wrong.
   */
  private async takeAt<Kind extends BoardLine['kind']>(kind: Kind, slot: Slot): Promise<LineOf<Kind> | null> {
    for (;;) {
      const line = await this.reader.peek();
      if (line === null) return null;
      const found = this.slotOf(line);
      const order = found === null ? -1 : compareSlots(found, slot);
      if (order > 0) return null;
      if (order === 0 && line.kind === kind) {
        this.reader.skip();
        return line as LineOf<Kind>;
      }
      this.outOfPlace();
      this.reader.skip();
    }
  }

  private slotOf(line: BoardLine): Slot | null {
    const end = this.manifest.targetIds.length;
    if (line.kind === 'turnout') return [end, 0, 0, 0];
    if (line.kind === 'end') return [end, 0, 0, 1];
    if (!('target' in line)) return null;
    const target = this.targetIndexes.get(line.target);
    if (target === undefined) return null;
    if (line.kind === 'result') return [target, RESULT_SECTION, 0, 0];
    if (line.kind === 'stratumCounts') {
      const stratum = this.stratumIndexes.get(line.stratum);
      return stratum === undefined ? null : [target, STRATUM_SECTION, stratum, 0];
    }
    const cell = this.cellIndexes.get(line.cell);
    if (cell === undefined) return null;
    return [target, CELL_SECTION, cell, line.kind === 'ratings' ? line.from : AFTER_RATINGS];
  }

  private countsOf(counters: Uint32Array | undefined, targetIndex: number): AnswerCounts {
    return answerCounts(counters ?? emptyCounters(this.manifest), targetIndex, this.manifest.scale.grades);
  }

  private expect(
    place: BoardPlace,
    kind: RecountProblem['kind'],
    found: Figure,
    expected: Figure,
    en: string,
    zh: string,
  ): void {
    this.problems.expectSame(place, { en, zh }, found, expected, kind);
  }

  private expectSum(
    place: BoardPlace,
    parts: readonly { ballots: number }[],
    counted: number | null,
    en: string,
    zh: string,
  ): void {
    if (counted === null) return;
    const sum = parts.reduce((all, { ballots }) => all + ballots, 0);
    this.expect(place, 'count', sum, counted, en, zh);
  }

  private missing(what: string, kind: BoardLine['kind'], zh: string, about: Omit<BoardPlace, 'line'> = {}): void {
    this.problems.report(
      'order',
      { ...this.here(), ...about },
      `A line is missing here: ${kind} (${what}).`,
      `此处缺少一行：${zh}（${kind}）。`,
    );
  }

  private outOfPlace(): void {
    this.problems.report('order', this.here(), 'This line does not belong here.', '该行不应出现在此处。');
  }

  private here(): { readonly line: number } {
    return { line: this.reader.lineNumber };
  }
}

function addTarget(sum: Uint32Array, counters: Uint32Array, targetIndex: number): void {
  for (let answer = NO_ANSWER; answer < ANSWER_KINDS; answer += 1) {
    const at = targetIndex * ANSWER_KINDS + answer;
    sum[at] = (sum[at] ?? 0) + (counters[at] ?? 0);
  }
}

function compareSlots(left: Slot, right: Slot): number {
  for (const [index, value] of left.entries()) {
    const difference = value - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
