import { createHash } from 'node:crypto';
import { sharesOf, type AnswerCounts, type Manifest, type TallyOutcome } from '@zhijia/ballot';
import { execute } from '@zhijia/database';
import type { EntityManager } from 'typeorm';

export interface StoredBoard {
  /** SHA-256 of all its bytes, hex: the board's address. */
  readonly hash: string;
  readonly byteCount: number;
}

interface TargetRow {
  readonly targetId: string;
  readonly kind: 'TOTAL' | 'CELL' | 'STRATUM';
  readonly position: number;
  readonly counts: AnswerCounts;
  readonly isBelowLine: boolean | null;
}

/** Hardly a character of a board takes more than a byte. */
const chunkCharacters = 256 * 1024;
const rowsPerStatement = 2_000;

/** What the tally writes, in the one transaction that publishes. */
export class PublicationsStore {
  constructor(private readonly tx: EntityManager) {}

  /** Its figures come last: the board's address is known when its last line is written. */
  async insertResult(campaignId: string, outcome: TallyOutcome, replaced: number): Promise<void> {
    const { turnout } = outcome.results;
    await execute(
      this.tx,
      `INSERT INTO campaign_result (campaign_id, slots, cast_ballots, counted, replaced, spoiled,
         turnout_basis_points, is_valid, board_hash, board_bytes)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', 0)`,
      [
        campaignId,
        turnout.slots,
        turnout.cast,
        outcome.counted,
        replaced,
        outcome.spoiled,
        turnout.turnoutBasisPoints,
        turnout.isValid,
      ],
    );
  }

  /** Stores the board piece by piece as its lines are made. */
  async insertBoard(campaignId: string, lines: AsyncIterable<string>): Promise<StoredBoard> {
    const hash = createHash('sha256');
    let byteCount = 0;
    let position = 0;
    let waiting = '';
    let storing: Promise<unknown> = Promise.resolve();
    const store = async (): Promise<void> => {
      if (waiting === '') return;
      const bytes = Buffer.from(waiting);
      waiting = '';
      hash.update(bytes);
      byteCount += bytes.length;
      // The next piece is made while this one is written.
      await storing;
      storing = execute(this.tx, `INSERT INTO board_chunk (campaign_id, position, bytes) VALUES ($1, $2, $3)`, [
        campaignId,
        position,
        bytes,
      ]);
      storing.catch(() => undefined);
      position += 1;
    };
    for await (const line of lines) {
      waiting += line;
      if (waiting.length >= chunkCharacters) await store();
    }
    await store();
    await storing;
    const board = { hash: hash.digest('hex'), byteCount };
    await execute(this.tx, `UPDATE campaign_result SET board_hash = $2, board_bytes = $3 WHERE campaign_id = $1`, [
      campaignId,
      board.hash,
      board.byteCount,
    ]);
    return board;
  }

  async insertGroups(campaignId: string, outcome: TallyOutcome): Promise<void> {
    const cells = outcome.cells.map((cell, position) => ({ kind: 'CELL', position, name: cell.cellId, ...cell }));
    const strata = outcome.strata.map((one, position) => ({ kind: 'STRATUM', position, name: one.stratum, ...one }));
    for (const group of inParts([...cells, ...strata])) {
      await execute(
        this.tx,
        `INSERT INTO result_group (campaign_id, kind, position, name, organisation_id, organisation_ids, merges, slots,
           ballots)
         SELECT $1, kind, position, name, "organisationId", "organisationIds", merges, slots, ballots
           FROM jsonb_to_recordset($2::jsonb) AS part (
             kind text, position integer, name text, "organisationId" uuid, "organisationIds" uuid[], merges text[],
             slots integer, ballots integer)`,
        [campaignId, JSON.stringify(group)],
      );
    }
  }

  async insertTargetResults(campaignId: string, manifest: Manifest, outcome: TallyOutcome): Promise<void> {
    for (const part of inParts(targetRows(manifest, outcome))) {
      await execute(
        this.tx,
        `INSERT INTO target_result (campaign_id, target_id, kind, position, none_count, grade_counts, dont_know_count,
           answers, pass_share_basis_points, bad_share_basis_points, is_below_line)
         SELECT $1, "targetId", kind, position, none, grades, "dontKnow", answers, "passBasisPoints", "badBasisPoints",
                "isBelowLine"
           FROM jsonb_to_recordset($2::jsonb) AS part (
             "targetId" uuid, kind text, position integer, none integer, grades integer[], "dontKnow" integer,
             answers integer, "passBasisPoints" integer, "badBasisPoints" integer, "isBelowLine" boolean)`,
        [
          campaignId,
          JSON.stringify(
            part.map(({ counts, ...rest }) => ({ ...rest, ...counts, ...sharesOf(counts, manifest.scale) })),
          ),
        ],
      );
    }
  }

  async markFinished(campaignId: string, outcome: 'PUBLISHED' | 'NOT_VALID' | 'WITHOUT_RESULT'): Promise<void> {
    await execute(this.tx, `UPDATE campaign SET state = $2, outcome = $2, finished_at = zhijia_now() WHERE id = $1`, [
      campaignId,
      outcome,
    ]);
  }
}

function* targetRows(manifest: Manifest, outcome: TallyOutcome): Generator<TargetRow> {
  for (const [index, targetId] of manifest.targetIds.entries()) {
    const total = outcome.results.targets[index];
    if (total === undefined) throw new Error(`The outcome has no result for ${targetId}`);
    yield { targetId, kind: 'TOTAL', position: 0, counts: total.counts, isBelowLine: total.isBelowLine };
    for (const position of outcome.cells.keys()) {
      yield { targetId, kind: 'CELL', position, counts: outcome.cellCounts(index, position), isBelowLine: null };
    }
    for (const position of outcome.strata.keys()) {
      yield { targetId, kind: 'STRATUM', position, counts: outcome.stratumCounts(index, position), isBelowLine: null };
    }
  }
}

function* inParts<Item>(items: Iterable<Item>): Generator<Item[]> {
  let part: Item[] = [];
  for (const item of items) {
    part.push(item);
    if (part.length < rowsPerStatement) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
}
