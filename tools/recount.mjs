/**
 * `npm run recount -- <board file or campaign id> [--keys <JWK set file>] [--gateway <url>]`
 *
 * Recounts a published board from its bytes alone: signatures, closing digest, number of ballots, every figure. Needs
 * no database and no account. Prints one JSON object; exit code 0 when everything agrees, 1 when something does not or
 * the board cannot be read.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { parseArgs } from 'node:util';
import { readState } from '../deploy/local/src/stack-state.mjs';
import { build } from './build.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { keys: { type: 'string' }, gateway: { type: 'string' } },
});

try {
  const [board, ...rest] = positionals;
  if (board === undefined || rest.length > 0) throw new Error('Say one board file or one campaign id.');
  await build();
  const { recount, splitLines } = await import('@zhijia/ballot');
  const address = createHash('sha256');
  const report = await recount(splitLines(hashing(await open(board), address)), {
    ...(values.keys === undefined ? {} : { trustedKeys: JSON.parse(readFileSync(values.keys, 'utf8')) }),
  });
  const { manifest, ...told } = report;
  const campaignId = manifest?.campaignId ?? null;
  process.stdout.write(`${JSON.stringify({ campaignId, boardHash: address.digest('hex'), ...told }, null, 2)}\n`);
  for (const { where, message } of report.problems)
    process.stderr.write(`${JSON.stringify(where)}: ${message.en} ${message.zh}\n`);
  if (report.isTrusted === null) {
    process.stderr.write('The keys on the board sign it; compare their thumbprints with the notice, or pass --keys.\n');
  }
  process.exitCode = report.ok ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

async function open(board) {
  if (existsSync(board)) return createReadStream(board);
  const gateway = values.gateway ?? originOf(readState()?.gateway?.mobile);
  if (gateway === null) throw new Error(`${board} is no file, and no stack runs here: pass --gateway <url>.`);
  const response = await fetch(new URL(`/boards/${encodeURIComponent(board)}.ndjson`, gateway));
  if (!response.ok) throw new Error(`The gateway has no board for ${board} (HTTP ${response.status}).`);
  return Readable.fromWeb(response.body);
}

function originOf(url) {
  return url === undefined ? null : new URL(url).origin;
}

async function* hashing(chunks, hash) {
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}
