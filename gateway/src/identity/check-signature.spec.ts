import { createLocalJWKSet, exportJWK, FlattenedSign, generateKeyPair, type FlattenedVerifyGetKey } from 'jose';
import { refusalOfSignature } from './check-signature.js';

const flips = 10_000;

describe('a signature over a body', () => {
  const body = Buffer.from('{"query":"mutation { pay(fen: 100) { id } }","variables":{"name":"工会"}}');
  let keys: FlattenedVerifyGetKey;
  let sign: (bytes: Uint8Array) => Promise<string>;

  beforeAll(async () => {
    const { privateKey, publicKey } = await generateKeyPair('PS256', { extractable: true });
    keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), kid: '2026-1', alg: 'PS256' }] });
    sign = async (bytes) => {
      const signed = await new FlattenedSign(bytes)
        .setProtectedHeader({
          alg: 'PS256',
          kid: '2026-1',
          b64: false,
          crit: ['b64'],
          iat: Math.floor(Date.now() / 1_000),
        })
        .sign(privateKey);
      return `${signed.protected}..${signed.signature}`;
    };
  });

  it('holds over the bytes that were signed, whatever they are', async () => {
    for (const bytes of [body, Buffer.alloc(0), Buffer.from([0xff, 0x00, 0x2e, 0x2e])]) {
      expect(await refusalOfSignature({ signature: await sign(bytes), body: bytes, keys })).toBeNull();
    }
  });

  it(`holds for none of ${flips} changes of one byte of body, header or signature`, async () => {
    let accepted = 0;
    let tried = 0;
    for (let round = 0; tried < flips; round += 1) {
      // Signed anew now and then: what is refused is the change, and not a signature that has grown old.
      const signature = await sign(body);
      expect(await refusalOfSignature({ signature, body, keys })).toBeNull();
      const text = Buffer.from(signature, 'latin1');
      for (let at = 0; at < body.length + text.length && tried < flips; at += 1, tried += 1) {
        // Another change at each place in each round, each of them one that changes something.
        const mask = 1 + ((at * 31 + round * 57) % 255);
        const flipped = [Buffer.from(body), Buffer.from(text)] as const;
        const [changed, place] = at < body.length ? [flipped[0], at] : [flipped[1], at - body.length];
        changed[place] = (changed[place] ?? 0) ^ mask;
        const refusal = await refusalOfSignature({ signature: flipped[1].toString('latin1'), body: flipped[0], keys });
        if (refusal === null) accepted += 1;
      }
    }
    expect({ tried, accepted }).toEqual({ tried: flips, accepted: 0 });
  });

  it('holds in one spelling alone', async () => {
    const signature = await sign(body);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const respelled = signature.slice(0, -1) + alphabet[alphabet.indexOf(signature.at(-1) ?? '') + 1];
    const bytesOf = (text: string): Buffer => Buffer.from(text.split('.')[2] ?? '', 'base64url');
    expect(bytesOf(respelled)).toEqual(bytesOf(signature));
    for (const other of [respelled, `${signature}=`, ` ${signature}`, `${signature}.`]) {
      expect(await refusalOfSignature({ signature: other, body, keys })).toBe('SIGNATURE_MALFORMED');
    }
  });
});
