/**
 * Lines of a stream of bytes or text (a file, a response's body), without their line feeds; memory holds one line. A last
 * line without a line feed is given as well.
 *
 * @throws TypeError where bytes are not UTF-8; RangeError for a line above 64 million characters.
 */
export async function* splitLines(
  chunks: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + (typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }))).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE_CHARACTERS) throw new RangeError('A line has no end.');
    yield* lines;
  }
  rest += decoder.decode();
  if (rest !== '') yield rest;
}

/** A manifest of 100,000 organisations, signed, is a line of this size at most. */
const MAX_LINE_CHARACTERS = 64_000_000;
