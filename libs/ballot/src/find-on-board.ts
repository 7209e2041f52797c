import { parseBoardLine } from './board-line.js';

/** One rating as its voter remembers it. */
export interface RememberedRating {
  readonly targetId: string;
  /** 16 hex digits, from `sealBallot`. */
  readonly code: string;
  /** 0 none, 1 to 5, 6 don't know. */
  readonly grade: number;
}

export interface RatingFound extends RememberedRating {
  /** `same`: stands there as cast. `other`: the code stands there with another answer. `missing`: the code is not there. */
  readonly found: 'same' | 'other' | 'missing';
  /** The answers that stand on the board beside this code, usually one. */
  readonly publishedGrades: readonly number[];
}

export interface BoardFindings {
  /** Every hash was accepted and every rating stands as cast. */
  readonly ok: boolean;
  readonly hashes: readonly { readonly envelopeHash: string; readonly isFound: boolean }[];
  readonly ratings: readonly RatingFound[];
}

/**
 * What a voter's own client asks of a board: are the hashes of my receipts (superseded ones too) among the accepted, and
 * do my codes stand beside the grades I gave? Nothing leaves the client; whether the board itself holds is `recount`'s
 * question.
 */
export async function findOnBoard(
  lines: AsyncIterable<string> | Iterable<string>,
  mine: { readonly envelopeHashes: readonly string[]; readonly ratings: readonly RememberedRating[] },
): Promise<BoardFindings> {
  const hashes = new Map(mine.envelopeHashes.map((envelopeHash) => [envelopeHash, false]));
  const published = new Map(mine.ratings.map(({ targetId, code }) => [`${targetId} ${code}`, new Array<number>()]));
  for await (const text of lines) {
    const line = parseBoardLine(text.endsWith('\n') ? text.slice(0, -1) : text);
    if (line?.kind === 'hashes') for (const hash of line.hashes) if (hashes.has(hash)) hashes.set(hash, true);
    if (line?.kind !== 'ratings') continue;
    for (const rating of line.ratings ?? []) {
      const [code = '', answer = ''] = rating.split('=');
      published.get(`${line.target} ${code}`)?.push(Number(answer));
    }
  }
  const ratings = mine.ratings.map((rating): RatingFound => {
    const publishedGrades = published.get(`${rating.targetId} ${rating.code}`) ?? [];
    if (publishedGrades.length === 0) return { ...rating, found: 'missing', publishedGrades };
    return { ...rating, found: publishedGrades.includes(rating.grade) ? 'same' : 'other', publishedGrades };
  });
  const found = mine.envelopeHashes.map((envelopeHash) => ({
    envelopeHash,
    isFound: hashes.get(envelopeHash) ?? false,
  }));
  return {
    ok: found.every(({ isFound }) => isFound) && ratings.every((rating) => rating.found === 'same'),
    hashes: found,
    ratings,
  };
}
