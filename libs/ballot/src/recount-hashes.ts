import type { LineOf } from './board-reader.js';
import type { CheckedBoard } from './checked-board.js';
import { digestHashes } from './closing-digest.js';

/** Reads the accepted hashes: in order, none twice, as many as were sealed and the same ones. */
export async function recountHashes(board: CheckedBoard): Promise<void> {
  const hashes: string[] = [];
  let isOrdered = true;
  for (;;) {
    const line = await board.reader.take('hashes');
    if (line === null) break;
    const place = board.here();
    board.expect(place, 'count', line.from, hashes.length, 'The number of hashes before this line', '本行之前的哈希数');
    for (const [index, hash] of line.hashes.entries()) {
      if (hash <= (hashes.at(-1) ?? '')) {
        isOrdered = false;
        board.report(
          'hashes',
          place,
          `Hash ${index + 1} of this line (${hash}) is out of order or stands twice.`,
          `本行第 ${index + 1} 个哈希（${hash}）顺序错误或重复。`,
        );
      }
      hashes.push(hash);
    }
    await checkLineDigest(board, line);
  }
  const place = board.here();
  board.expect(place, 'count', hashes.length, board.closing.accepted, 'The number of hashes', '哈希总数');
  if (isOrdered && (await digestHashes(hashes)) !== board.closing.hashesDigest) {
    board.report(
      'hashes',
      place,
      'The hashes on the lines before are not the sealed ones: they do not give the closing digest.',
      '以上各行的哈希不是封存时的哈希：与封存摘要不符。',
    );
  }
}

async function checkLineDigest(board: CheckedBoard, { from, hashes, digest }: LineOf<'hashes'>): Promise<void> {
  if ((await digestHashes([...new Set(hashes)])) === digest) return;
  board.report(
    'hashes',
    board.here(),
    `A hash among ${from + 1} to ${from + hashes.length} was changed: they do not give the digest of their line.`,
    `第 ${from + 1} 至 ${from + hashes.length} 个哈希中有被改动者：与本行摘要不符。`,
  );
}
