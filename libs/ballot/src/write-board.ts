import type { JSONWebKeySet } from 'jose';
import { HASHES_PER_LINE } from './board-line.js';
import type { BoardLine } from './board-line.js';
import { canonicalJson } from './canonical-json.js';
import { digestHashes, verifyClosingDigest } from './closing-digest.js';
import { verifyManifest } from './sign-manifest.js';
import { ratingLines } from './rating-lines.js';
import type { TallyOutcome } from './tally.js';

export interface BoardContent {
  readonly manifestJws: string;
  readonly closingJws: string;
  /** Public keys of the service that signed the two; members beyond the public ones are left out. */
  readonly serviceKeys: JSONWebKeySet;
  /** All accepted hashes in ascending order, superseded ones among them. */
  readonly hashes: Iterable<string> | AsyncIterable<string>;
  readonly outcome: TallyOutcome;
}

/**
 * The board as lines that end in a line feed, made one at a time: 13.9 million ratings stream. Its bytes depend on the
 * content alone, never on the order in which ballots were cast or counted. The board's address is the SHA-256 of all its
 * bytes: feed each line to the platform's running hash while it is written.
 *
 * @throws UntrustedError where the signatures are not by these keys; Error where hashes are out of order or not as many
 *   as the closing digest seals.
 */
export async function* writeBoard(content: BoardContent): AsyncGenerator<string, void, undefined> {
  let lines = 0;
  for await (const line of linesOf(content)) {
    lines += 1;
    yield `${typeof line === 'string' ? line : canonicalJson(line)}\n`;
  }
  yield `${canonicalJson({ kind: 'end', lines: lines + 1 } satisfies BoardLine)}\n`;
}

async function* linesOf({
  manifestJws,
  closingJws,
  serviceKeys,
  hashes,
  outcome,
}: BoardContent): AsyncGenerator<BoardLine | string> {
  const manifest = await verifyManifest(manifestJws, serviceKeys);
  const closing = await verifyClosingDigest(closingJws, serviceKeys);
  const publicKeys = serviceKeys.keys.map(({ x = '', y = '', kid }) => ({
    kty: 'EC' as const,
    crv: 'P-256' as const,
    x,
    y,
    ...(kid === undefined ? {} : { kid }),
  }));
  yield { kind: 'board', version: 1, manifest: manifestJws, closing: closingJws, serviceKeys: publicKeys };

  let from = 0;
  let before = '';
  for await (const group of inGroups(hashes, HASHES_PER_LINE)) {
    for (const hash of group) {
      if (hash <= before) throw new Error('The hashes are not in ascending order.');
      before = hash;
    }
    yield { kind: 'hashes', from, hashes: group, digest: await digestHashes(group) };
    from += group.length;
  }
  if (from !== closing.accepted)
    throw new Error(`The closing digest seals ${closing.accepted} hashes, given were ${from}.`);

  const { counted, spoiled, cells, strata, results } = outcome;
  yield { kind: 'totals', accepted: closing.accepted, replaced: closing.replaced, spoiled, counted };
  for (const { cellId, organisationId, organisationIds, slots, ballots } of cells) {
    yield { kind: 'cell', cell: cellId, organisationId, organisationIds, slots, ballots };
  }
  for (const { stratum, merges, ballots } of strata) {
    yield { kind: 'stratum', stratum, merges, ballots };
  }
  for (const [index, target] of manifest.targetIds.entries()) {
    for (const [cellIndex, { cellId }] of cells.entries()) {
      yield* ratingLines(target, cellId, outcome.ratings(index, cellIndex));
      yield { kind: 'cellCounts', target, cell: cellId, counts: outcome.cellCounts(index, cellIndex) };
    }
    for (const [stratumIndex, { stratum }] of strata.entries()) {
      yield { kind: 'stratumCounts', target, stratum, counts: outcome.stratumCounts(index, stratumIndex) };
    }
    const result = results.targets[index];
    if (result === undefined) throw new Error(`The outcome has no result for ${target}.`);
    const { targetId, counts, ...shares } = result;
    yield { kind: 'result', target: targetId, counts, ...shares };
  }
  yield { kind: 'turnout', ...results.turnout };
}

async function* inGroups<Item>(items: Iterable<Item> | AsyncIterable<Item>, size: number): AsyncGenerator<Item[]> {
  let group: Item[] = [];
  for await (const item of items) {
    group.push(item);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}
