/**
 * A book is one unit that is counted on its own. The list is closed, in this file and by a constraint: there is no book
 * of cash and no transfer from one book into another, so nothing in here can ever be turned into money.
 *
 * MINUTES: time-bank minutes. POINTS: points for taking part. WELFARE_FEN: welfare money in fen (1/100 yuan), spendable
 * on benefits alone.
 */
export const books = ['MINUTES', 'POINTS', 'WELFARE_FEN'] as const;

export type Book = (typeof books)[number];
