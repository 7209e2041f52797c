import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileKeyHolder } from './file-key-holder.js';
import { KeyGone, KeyReleasedToOtherDigest } from './key-holder.js';

describe('FileKeyHolder', () => {
  const campaignId = randomUUID();
  const [first, second] = ['a'.repeat(64), 'b'.repeat(64)] as const;
  let directory: string;
  let holder: FileKeyHolder;

  beforeEach(async () => {
    directory = join(await mkdtemp(join(tmpdir(), 'zhijia-keys-')), 'keys');
    holder = new FileKeyHolder(directory);
  });
  afterEach(() => rm(join(directory, '..'), { recursive: true, force: true }));

  it('keeps a key for its owner alone', async () => {
    expect(await holder.make(campaignId)).toHaveLength(32);
    expect((await stat(join(directory, `${campaignId}.key`))).mode & 0o777).toBe(0o600);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
  });

  it('makes one key, however often and at once it is asked', async () => {
    const keys = await Promise.all(Array.from({ length: 5 }, () => holder.make(campaignId)));
    expect(new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size).toBe(1);
    expect(await readdir(directory)).toEqual([`${campaignId}.key`]);
  });

  it('releases a key against the first digest again and again, and against no second one', async () => {
    const key = await holder.make(campaignId);
    expect(await holder.release(campaignId, first)).toEqual(key);
    expect(await holder.release(campaignId, first)).toEqual(key);
    await expect(holder.release(campaignId, second)).rejects.toThrow(KeyReleasedToOtherDigest);
  });

  it('releases against one of two digests that ask at once', async () => {
    await holder.make(campaignId);
    const outcomes = await Promise.allSettled([holder.release(campaignId, first), holder.release(campaignId, second)]);
    expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('gives nothing after destruction, also not a new key under a released name', async () => {
    await holder.make(campaignId);
    await holder.release(campaignId, first);
    await holder.destroy(campaignId);
    await holder.destroy(campaignId);
    await expect(holder.release(campaignId, first)).rejects.toThrow(KeyGone);
    await expect(holder.make(campaignId)).rejects.toThrow(KeyGone);
  });

  it('takes ids of campaigns only, no paths', async () => {
    await expect(holder.make('../elsewhere')).rejects.toThrow(TypeError);
  });
});
