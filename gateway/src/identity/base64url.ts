/**
 * Whether this is the one spelling of its bytes. base64url has several of most lengths, and decoders take them all: a
 * token or a signature could be changed and still hold.
 */
export function isSpelledOnce(text: string): boolean {
  return Buffer.from(text, 'base64url').toString('base64url') === text;
}
