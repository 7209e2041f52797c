import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isUuid } from '@zhijia/subgraph';
import { KeyGone, KeyReleasedToOtherDigest, type KeyHolder } from './key-holder.js';

const keyBytes = 32;

/**
 * Wrapping keys as files of mode 0600 in a directory that is neither backed up nor mounted elsewhere:
 * `<campaign>.key`, and beside it `<campaign>.released` with the one digest it was released against. The second file
 * stays when the key is destroyed.
 */
export class FileKeyHolder implements KeyHolder {
  constructor(private readonly directory: string) {}

  async make(campaignId: string): Promise<Uint8Array> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    if (await exists(this.releaseFile(campaignId))) throw new KeyGone();
    await writeOnce(this.keyFile(campaignId), randomBytes(keyBytes));
    return this.read(campaignId);
  }

  async release(campaignId: string, digestHash: string): Promise<Uint8Array> {
    await this.read(campaignId);
    // The marker first: from the moment the key can be read, no second digest is accepted.
    await writeOnce(this.releaseFile(campaignId), Buffer.from(digestHash));
    const released = await readFile(this.releaseFile(campaignId), 'utf8');
    if (released !== digestHash) throw new KeyReleasedToOtherDigest();
    return this.read(campaignId);
  }

  async destroy(campaignId: string): Promise<void> {
    const file = this.keyFile(campaignId);
    if (!(await exists(file))) return;
    // Overwritten first, for the disks on which that still means something.
    const handle = await open(file, 'r+');
    try {
      await handle.write(randomBytes(keyBytes), 0, keyBytes, 0);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rm(file);
    await syncDirectory(this.directory);
  }

  private async read(campaignId: string): Promise<Uint8Array> {
    const bytes = await readFile(this.keyFile(campaignId)).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'ENOENT' ? new KeyGone() : error;
    });
    if (bytes.length !== keyBytes) throw new Error('A wrapping key file has another length.');
    return bytes;
  }

  private keyFile(campaignId: string): string {
    return join(this.directory, `${nameOf(campaignId)}.key`);
  }

  private releaseFile(campaignId: string): string {
    return join(this.directory, `${nameOf(campaignId)}.released`);
  }
}

function nameOf(campaignId: string): string {
  if (!isUuid(campaignId)) throw new TypeError('Not the id of a campaign.');
  return campaignId;
}

/** Whole or not at all, and never over what stands there: a crash leaves no half key. */
async function writeOnce(file: string, bytes: Uint8Array): Promise<void> {
  const draft = `${file}.${randomUUID()}`;
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.write(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  try {
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
  await syncDirectory(join(file, '..'));
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
