import { createCipheriv, createECDH, createHash, randomFillSync } from 'node:crypto';

const random = Buffer.alloc(64 * 1_024);
let taken = random.length;

function randomBytes(count) {
  if (taken + count > random.length) {
    randomFillSync(random);
    taken = 0;
  }
  taken += count;
  return random.subarray(taken - count, taken);
}

/**
 * Seals plaintexts for a campaign: compact JWE, ECDH-ES and A256GCM, as `sealBallot` of the ballot library does.
 *
 * @param {{ manifest: object, manifestHash: string }} campaign
 * @returns `(slot, plaintext) => { envelope, hash }`
 */
export function sealerOf({ manifest, manifestHash }) {
  const { x, y } = manifest.key.publicKey;
  const recipient = Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
  const apv = Buffer.from(manifestHash, 'hex');
  const voter = createECDH('prime256v1');
  return (slot, plaintext) => {
    const apu = Buffer.from(slot.replaceAll('-', ''), 'hex');
    const point = voter.generateKeys();
    const header = Buffer.from(
      JSON.stringify({
        alg: 'ECDH-ES',
        enc: 'A256GCM',
        kid: manifest.key.thumbprint,
        apu: apu.toString('base64url'),
        apv: apv.toString('base64url'),
        epk: {
          kty: 'EC',
          crv: 'P-256',
          x: point.subarray(1, 33).toString('base64url'),
          y: point.subarray(33).toString('base64url'),
        },
      }),
    ).toString('base64url');
    const key = createHash('sha256')
      .update(
        Buffer.concat([
          uint32(1),
          voter.computeSecret(recipient),
          sized('A256GCM'),
          sized(apu),
          sized(apv),
          uint32(256),
        ]),
      )
      .digest();
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key, iv);
    cipher.setAAD(Buffer.from(header, 'latin1'));
    const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
    const tag = cipher.getAuthTag();
    const envelope = `${header}..${[iv, ciphertext, tag].map((part) => part.toString('base64url')).join('.')}`;
    return { envelope, hash: createHash('sha256').update(iv).update(ciphertext).update(tag).digest() };
  };
}

/** Random bytes that nobody keeps; a view that is overwritten later. */
export { randomBytes };

function sized(content) {
  const bytes = Buffer.from(content);
  return Buffer.concat([uint32(bytes.length), bytes]);
}

function uint32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
