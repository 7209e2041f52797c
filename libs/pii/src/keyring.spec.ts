import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { Keyring, KeyringError } from './keyring.js';
import { readKeyring } from './read-keyring.js';

const aKey = () => randomBytes(32).toString('base64');

describe('Keyring', () => {
  it('holds keys by version and knows the current one', () => {
    const keyring = Keyring.parse({ current: 2, keys: { 1: aKey(), 2: aKey(), 10: aKey() } });
    expect(keyring.currentVersion).toBe(2);
    expect(keyring.versions).toEqual([10, 2, 1]);
  });

  it('derives one key per version and purpose', () => {
    const keyring = Keyring.parse({ current: 1, keys: { 1: aKey(), 2: aKey() } });
    const first = keyring.derive(1, 'sealing');
    expect(first?.equals(keyring.derive(1, 'sealing')!)).toBe(true);
    expect(first?.equals(keyring.derive(1, 'indexing')!)).toBe(false);
    expect(first?.equals(keyring.derive(2, 'sealing')!)).toBe(false);
    expect(keyring.derive(3, 'sealing')).toBeNull();
  });

  const sameKey = aKey();
  it.each([
    ['a current version without a key', { current: 2, keys: { 1: aKey() } }, /current: names no key/],
    ['a key of 31 bytes', { current: 1, keys: { 1: randomBytes(31).toString('base64') } }, /keys: a key has 32 bytes/],
    ['a version beyond a byte', { current: 1, keys: { 1: aKey(), 256: aKey() } }, /keys\.256/],
    ['a version zero', { current: 1, keys: { 0: aKey(), 1: aKey() } }, /keys\.0/],
    ['one key under two versions', { current: 1, keys: { 1: sameKey, 2: sameKey } }, /the same key/],
    ['a foreign member', { current: 1, keys: { 1: aKey() }, old: 1 }, /old/],
    ['nothing', undefined, /malformed/],
  ])('refuses %s', (_what, file, message) => {
    expect(() => Keyring.parse(file)).toThrow(KeyringError);
    expect(() => Keyring.parse(file)).toThrow(message);
  });

  it('never shows a key, neither in errors nor when it is printed', () => {
    const secret = aKey();
    const keyring = Keyring.parse({ current: 1, keys: { 1: secret } });
    expect(inspect(keyring, { depth: 9, showHidden: true }) + JSON.stringify(keyring)).not.toContain(secret);
    expect(messageOf(() => Keyring.parse({ current: 1, keys: { 1: `${secret}!` } }))).not.toContain(secret);
  });
});

describe('readKeyring', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyring-'));
  const file = join(folder, 'fields.json');
  afterAll(() => rmSync(folder, { recursive: true }));

  function write(text: string, mode = 0o600): void {
    writeFileSync(file, text);
    chmodSync(file, mode);
  }

  it('reads a file that only its owner may read', () => {
    write(JSON.stringify({ current: 1, keys: { 1: aKey() } }));
    expect(readKeyring(file).currentVersion).toBe(1);
  });

  it('refuses a file that everybody on the machine may read', () => {
    write(JSON.stringify({ current: 1, keys: { 1: aKey() } }), 0o644);
    expect(() => readKeyring(file)).toThrow(/chmod 600/);
  });

  it('names a file that is missing', () => {
    expect(() => readKeyring(join(folder, 'absent.json'))).toThrow(/absent\.json cannot be read \(ENOENT\)/);
  });

  it('does not quote a file that is not JSON', () => {
    const secret = aKey();
    write(`{"current": 1, "keys": {"1": "${secret}" oops`);
    expect(() => readKeyring(file)).toThrow(KeyringError);
    expect(messageOf(() => readKeyring(file))).not.toContain(secret.slice(0, 8));
  });
});

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return inspect(error);
  }
  throw new Error('It passed');
}
