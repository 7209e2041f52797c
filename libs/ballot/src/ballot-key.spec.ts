import { KeyNotUnwrappedError, importBallotKey, makeBallotKey, unwrapPrivateKey, wrapPrivateKey } from './index.js';

const wrappingKey = (): Uint8Array => crypto.getRandomValues(new Uint8Array(32));

describe('the key of a campaign', () => {
  it('comes back from its wrapping', async () => {
    const { privateKey, thumbprint } = await makeBallotKey();
    const wrapping = wrappingKey();
    const wrapped = await wrapPrivateKey(privateKey, wrapping);
    expect(wrapped).not.toContain(privateKey.d);
    expect(await unwrapPrivateKey(wrapped, wrapping, thumbprint)).toEqual(privateKey);
  });

  it('does not open with another wrapping key, for another campaign, or when changed', async () => {
    const { privateKey, thumbprint } = await makeBallotKey();
    const other = await makeBallotKey();
    const wrapping = wrappingKey();
    const wrapped = await wrapPrivateKey(privateKey, wrapping);
    await expect(unwrapPrivateKey(wrapped, wrappingKey(), thumbprint)).rejects.toThrow(KeyNotUnwrappedError);
    await expect(unwrapPrivateKey(wrapped, wrapping, other.thumbprint)).rejects.toThrow(KeyNotUnwrappedError);
    const changed = wrapped.replace(/\.(.)/g, (_, letter: string) => `.${letter === 'A' ? 'B' : 'A'}`);
    await expect(unwrapPrivateKey(changed, wrapping, thumbprint)).rejects.toThrow(KeyNotUnwrappedError);
  });

  it('is wrapped with 32 bytes only', async () => {
    const { privateKey } = await makeBallotKey();
    await expect(wrapPrivateKey(privateKey, new Uint8Array(16))).rejects.toThrow(RangeError);
  });

  it('is imported for its own campaign only, and cannot be exported again', async () => {
    const { privateKey, thumbprint } = await makeBallotKey();
    expect((await importBallotKey(privateKey, thumbprint)).extractable).toBe(false);
    await expect(importBallotKey(privateKey, (await makeBallotKey()).thumbprint)).rejects.toThrow();
  });
});
