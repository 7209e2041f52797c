import { readFileSync, statSync } from 'node:fs';
import { Keyring, KeyringError } from './keyring.js';

/**
 * Reads a keyring from its JSON file, once, at the start of a process.
 *
 * @throws KeyringError when the file is missing, open to everybody on the machine, or malformed
 */
export function readKeyring(file: string): Keyring {
  return Keyring.parse(parseWithoutQuoting(file, readPrivately(file)));
}

function readPrivately(file: string): string {
  try {
    // Windows has no such bits.
    if (process.platform !== 'win32' && (statSync(file).mode & 0o007) !== 0) {
      throw new KeyringError(`The keyring ${file} is open to everybody on this machine: chmod 600 it`);
    }
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof KeyringError) throw error;
    throw new KeyringError(`The keyring ${file} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

/** JSON.parse quotes the text around a mistake: here that would be a key. */
function parseWithoutQuoting(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new KeyringError(`The keyring ${file} is not JSON`);
  }
}
