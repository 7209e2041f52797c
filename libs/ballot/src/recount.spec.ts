import { aServiceKey, all } from '../test/builders.js';
import { aClosedCampaign, tallyOf } from '../test/closed-campaign.js';
import type { ClosedCampaign } from '../test/closed-campaign.js';
import { canonicalJson, findOnBoard, recount, splitLines, writeBoard } from './index.js';
import type { BoardLine, RecountReport } from './index.js';

let closed: ClosedCampaign;

beforeAll(async () => {
  closed = await aClosedCampaign();
});

type Of<Kind extends BoardLine['kind']> = Extract<BoardLine, { kind: Kind }>;

/** The board with one line of a kind changed. */
function changed<Kind extends BoardLine['kind']>(kind: Kind, change: (line: Of<Kind>) => object, nth = 0): string[] {
  const places = closed.board.flatMap((text, index) => ((JSON.parse(text) as BoardLine).kind === kind ? [index] : []));
  const at = places.at(nth)!;
  return closed.board.with(at, `${canonicalJson(change(JSON.parse(closed.board[at]!) as Of<Kind>))}\n`);
}

function lineNumber(kind: BoardLine['kind'], nth = 0): number {
  const places = closed.board.flatMap((text, index) =>
    (JSON.parse(text) as BoardLine).kind === kind ? [index + 1] : [],
  );
  return places.at(nth)!;
}

function summary({ problems }: RecountReport): string[] {
  return problems.map(({ kind, where }) => `${kind}: ${where}`);
}

describe('the recount of a board', () => {
  it('finds nothing wrong on a board as published, and the same results', async () => {
    const report = await recount(closed.board, { trustedKeys: closed.keys });
    expect(report.problems).toEqual([]);
    expect(report).toMatchObject({ ok: true, isTrusted: true, results: closed.outcome.results });
    expect(report.manifest).toEqual(closed.manifest);
    expect(closed.outcome).toMatchObject({ counted: 31, spoiled: 1 });
  });

  it('reads it in whatever pieces it arrives, and without line feeds', async () => {
    const bytes = new TextEncoder().encode(closed.board.join(''));
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < bytes.length; at += 1_000) yield bytes.subarray(at, at + 1_000);
    }
    expect(await recount(splitLines(pieces()))).toMatchObject({ ok: true, isTrusted: null });
  });

  it('finds nothing wrong where codes are off, and on other scales', async () => {
    const scale = { grades: 3, passGrades: [1, 2], badGrades: [3] };
    const other = await aClosedCampaign({ codes: false, scale });
    expect(other.board.join('')).not.toContain('=');
    expect((await recount(other.board)).problems).toEqual([]);
    const at = other.board.findIndex((text) => text.includes('"answers":"'));
    const tampered = other.board.with(at, other.board[at]!.replace(/"answers":"./, '"answers":"1'));
    expect((await recount(tampered)).ok).toBe(false);
  });

  it('names target and cell where a rating is changed', async () => {
    const { target, cell } = JSON.parse(closed.board[lineNumber('ratings', 2) - 1]!) as Of<'ratings'>;
    const board = changed(
      'ratings',
      (line) => ({
        ...line,
        ratings: line.ratings!.map((rating, at) =>
          at === 1 ? rating.replace(/.$/, (old) => (old === '5' ? '1' : '5')) : rating,
        ),
      }),
      2,
    );
    const report = await recount(board);
    expect(report.ok).toBe(false);
    expect(summary(report)).toContain(`figure: line ${lineNumber('cellCounts', 2)}, target ${target}, cell ${cell}`);
    expect(report.results).not.toEqual(closed.outcome.results);
  });

  it('names the line where a code is changed so that the order breaks', async () => {
    const board = changed('ratings', (line) => ({
      ...line,
      ratings: line.ratings!.with(0, `ffffffffffffffff=${line.ratings![0]!.at(-1)}`),
    }));
    expect(summary(await recount(board))[0]).toMatch(
      new RegExp(`^ratings: line ${lineNumber('ratings')}, target police`),
    );
  });

  it.each([
    ['replaced', 'count'],
    ['spoiled', 'count'],
    ['counted', 'count'],
    ['accepted', 'count'],
  ])('names the line where the number of %s ballots is changed', async (member, kind) => {
    const board = changed('totals', (line) => ({
      ...line,
      [member]: (line as never as Record<string, number>)[member]! + 1,
    }));
    expect(summary(await recount(board))).toContain(`${kind}: line ${lineNumber('totals')}`);
  });

  it('names a figure of a cell, of a stratum, of the result and of turnout', async () => {
    const more = <Line extends { counts: { none: number } }>(line: Line): object => ({
      ...line,
      counts: { ...line.counts, none: line.counts.none + 1 },
    });
    expect(summary(await recount(changed('cellCounts', more)))).toEqual([
      `figure: line ${lineNumber('cellCounts')}, target police, cell ${closed.outcome.cells[0]!.cellId}`,
    ]);
    const stratum = closed.outcome.strata[0]!.stratum;
    expect(summary(await recount(changed('stratumCounts', more)))).toContain(
      `figure: line ${lineNumber('stratumCounts')}, target police, stratum ${stratum}`,
    );
    expect(summary(await recount(changed('result', more)))).toEqual([
      `figure: line ${lineNumber('result')}, target police`,
    ]);
    for (const change of [
      { passBasisPoints: 9_999 },
      { badBasisPoints: null },
      { answers: 0 },
      { isBelowLine: 'flip' },
    ]) {
      const board = changed('result', (line) => ({
        ...line,
        ...(change.isBelowLine === undefined ? change : { isBelowLine: !line.isBelowLine }),
      }));
      expect(summary(await recount(board))).toEqual([`figure: line ${lineNumber('result')}, target police`]);
    }
    const turnout = changed('turnout', (line) => ({ ...line, isValid: !line.isValid, turnoutBasisPoints: 1 }));
    const where = `figure: line ${lineNumber('turnout')}`;
    expect(summary(await recount(turnout))).toEqual([where, where]);
  });

  it('names a stratum pair that was shifted in equal sums', async () => {
    const shifted = changed('stratumCounts', (line) => {
      const [first = 0, second = 0, ...rest] = line.counts.grades;
      return { ...line, counts: { ...line.counts, grades: [first + 1, second - 1, ...rest] } };
    });
    expect(summary(await recount(shifted)).join()).toContain('target police');
  });

  it('names the line where a hash is changed, dropped or added', async () => {
    const line = lineNumber('hashes');
    const last = changed('hashes', (old) => ({
      ...old,
      hashes: old.hashes.with(
        5,
        old.hashes[5]!.replace(/.$/, (letter) => (letter === '0' ? '1' : '0')),
      ),
    }));
    expect(summary(await recount(last))[0]).toBe(`hashes: line ${line}`);
    const order = changed('hashes', (old) => ({ ...old, hashes: old.hashes.with(5, '0'.repeat(64)) }));
    expect((await recount(order)).problems[0]!.message.en).toMatch(/^Hash 6 of this line/);
    const dropped = changed('hashes', (old) => ({ ...old, hashes: old.hashes.slice(1) }));
    expect(summary(await recount(dropped))).toEqual(
      expect.arrayContaining([`hashes: line ${line}`, `count: line ${line + 1}`]),
    );
    const doubled = changed('hashes', (old) => ({ ...old, hashes: [old.hashes[0]!, ...old.hashes] }));
    expect((await recount(doubled)).ok).toBe(false);
  });

  it('finds a changed hash although its line was made to fit', async () => {
    const { digestHashes } = await import('./closing-digest.js');
    const { hashes, ...rest } = JSON.parse(closed.board[1]!) as Of<'hashes'>;
    const forged = hashes.with(
      5,
      hashes[5]!.replace(/.$/, (letter) => (letter === '0' ? '1' : '0')),
    );
    const line = { ...rest, hashes: forged, digest: await digestHashes(forged) };
    const report = await recount(closed.board.with(1, `${canonicalJson(line)}\n`));
    expect(report.problems).toHaveLength(1);
    expect(report.problems[0]).toMatchObject({ kind: 'hashes', message: { zh: expect.any(String) as string } });
  });

  it('names a cell that was changed, and strata', async () => {
    const cell = closed.outcome.cells[0]!.cellId;
    const where = `line ${lineNumber('cell')}, cell ${cell}`;
    expect(summary(await recount(changed('cell', (line) => ({ ...line, slots: line.slots + 1 }))))).toEqual([
      `count: ${where}`,
    ]);
    expect(summary(await recount(changed('cell', (line) => ({ ...line, organisationIds: ['nobody'] }))))).toContain(
      `cells: ${where}`,
    );
    expect((await recount(changed('cell', (line) => ({ ...line, ballots: line.ballots + 1 })))).ok).toBe(false);
    expect((await recount(changed('stratum', (line) => ({ ...line, merges: ['CHAIR'] })))).problems[0]!.kind).toBe(
      'strata',
    );
    expect((await recount(changed('stratum', (line) => ({ ...line, ballots: line.ballots - 1 })))).ok).toBe(false);
  });

  it('names every line that is missing, doubled, exchanged or no line at all, and still counts the rest', async () => {
    for (const index of closed.board.keys()) {
      const kind = (JSON.parse(closed.board[index]!) as BoardLine).kind;
      const withoutLine = await recount(closed.board.toSpliced(index, 1));
      expect([kind, withoutLine.ok]).toEqual([kind, false]);
      const doubled = await recount(closed.board.toSpliced(index, 0, closed.board[index]!));
      expect([kind, doubled.ok]).toEqual([kind, false]);
      if (kind === 'cellCounts' || kind === 'stratumCounts' || kind === 'result') {
        expect(summary(withoutLine)[0]).toMatch(new RegExp(`^order: line ${index + 1}, target `));
        expect(withoutLine.problems).toHaveLength(2);
        expect(doubled.problems).toHaveLength(2);
        expect(summary(doubled)[0]).toBe(`order: line ${index + 2}`);
        expect(doubled.results).toEqual(closed.outcome.results);
      }
    }
    const nonsense = await recount(closed.board.toSpliced(4, 0, '{"kind": "end"}\n'));
    expect(summary(nonsense)[0]).toBe('line: line 5');
    const exchanged = closed.board.with(-2, closed.board.at(-3)!).with(-3, closed.board.at(-2)!);
    expect((await recount(exchanged)).ok).toBe(false);
  });

  it('finds any single character that is changed', async () => {
    const text = closed.board.join('');
    for (let at = 7; at < text.length; at += 97) {
      const other = text[at] === '1' ? '2' : '1';
      const report = await recount(splitLines([text.slice(0, at) + other + text.slice(at + 1)]));
      // A code may be changed unseen by figures and order: its voter's client sees it.
      const line = text.slice(text.lastIndexOf('\n', at) + 1, text.indexOf('\n', at));
      if (report.ok) expect(line).toMatch(/"kind":"ratings"|"kind":"board"/);
    }
  });

  it('trusts the keys it is given, and says whose signature it is otherwise', async () => {
    const stranger = await aServiceKey();
    const report = await recount(closed.board, { trustedKeys: stranger.keys });
    expect(report).toMatchObject({ ok: false, isTrusted: false });
    expect(summary(report)).toEqual(['untrustedKey: line 1']);
    const forged = changed('board', (line) => ({ ...line, serviceKeys: stranger.keys.keys }));
    expect(summary(await recount(forged))).toEqual(['signature: line 1']);
    const other = await aClosedCampaign({ campaignId: 'campaign-1' });
    const mixed = changed('board', (line) => ({
      ...line,
      closing: other.closingJws,
      serviceKeys: [...closed.keys.keys, ...other.keys.keys],
    }));
    expect(summary(await recount(mixed))).toContain('signature: line 1');
    expect(await recount([])).toMatchObject({ ok: false, results: null, manifest: null });
  });
});

describe('the board', () => {
  it('has the same bytes whatever the order in which ballots were opened', async () => {
    const outcome = await tallyOf(closed, closed.closing, closed.votes.toReversed());
    const { manifestJws, closingJws, keys, votes } = closed;
    const hashes = votes.map(({ envelopeHash }) => envelopeHash).sort();
    expect(await all(writeBoard({ manifestJws, closingJws, serviceKeys: keys, hashes, outcome }))).toEqual(
      closed.board,
    );
  });

  it('holds no slot, no private key, and never cell and stratum together', () => {
    const text = closed.board.join('');
    for (const { slot } of closed.votes) expect(text).not.toContain(slot);
    expect(text).not.toContain(closed.key.privateKey.d);
    for (const line of closed.board) {
      expect(line.includes('"cell":') && line.includes('"stratum":')).toBe(false);
    }
  });

  it('is not written from hashes out of order, or other than as many as were sealed', async () => {
    const { manifestJws, closingJws, keys: serviceKeys, votes, outcome } = closed;
    const hashes = votes.map(({ envelopeHash }) => envelopeHash).sort();
    const write = (others: string[]) =>
      all(writeBoard({ manifestJws, closingJws, serviceKeys, hashes: others, outcome }));
    await expect(write(hashes.toReversed())).rejects.toThrow(/order/);
    await expect(write(hashes.slice(1))).rejects.toThrow(/seals/);
  });

  it('shows a voter the receipt and every code beside the grade given, also of a replaced ballot', async () => {
    const [replaced, vote] = closed.votes;
    const ratings = closed.manifest.targetIds.map((targetId, index) => ({
      targetId,
      code: vote!.codes[index]!,
      grade: vote!.grades[index]!,
    }));
    const envelopeHashes = [replaced!.envelopeHash, vote!.envelopeHash];
    expect(await findOnBoard(closed.board, { envelopeHashes, ratings })).toMatchObject({ ok: true });
    const doubtful = await findOnBoard(closed.board, {
      envelopeHashes: ['0'.repeat(64)],
      ratings: [
        { ...ratings[0]!, grade: 4 },
        { ...ratings[1]!, code: replaced!.codes[1]! },
      ],
    });
    expect(doubtful.ok).toBe(false);
    expect(doubtful.hashes[0]!.isFound).toBe(false);
    expect(doubtful.ratings.map(({ found }) => found)).toEqual(['other', 'missing']);
  });
});
