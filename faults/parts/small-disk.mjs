import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  rmdirSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Obstacle } from '../../deploy/local/src/obstacle.mjs';

const megabyte = 1_048_576;

/**
 * A file system in memory that is as large as it is said to be, mounted at a directory. It needs the right to mount
 * (root, or CAP_SYS_ADMIN in a container).
 *
 * @param {string} directory
 * @param {number} megabytes
 * @param {(step: () => unknown) => void} undo
 * @returns `{ fill(leaveMegabytes), free(), freeMegabytes() }`
 */
export function mountSmallDisk(directory, megabytes, undo) {
  mkdirSync(directory, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0711`, 'zhijia-small-disk', directory], {
      stdio: 'pipe',
    });
  } catch (error) {
    throw new Obstacle(
      `A disk that is full needs one of its own, and this user may not mount any (${String(error.stderr).trim()}): run it as root.`,
    );
  }
  undo(() => execFileSync('umount', ['--lazy', directory], { stdio: 'pipe' }));
  const filler = join(directory, 'filler');
  const freeMegabytes = () => {
    const { bavail, bsize } = statfsSync(directory);
    return (bavail * bsize) / megabyte;
  };
  return {
    freeMegabytes,
    /** Somebody else's file takes all but so much. */
    fill(leaveMegabytes) {
      const file = openSync(filler, 'a');
      const block = Buffer.alloc(64 * 1_024, 1);
      try {
        while (freeMegabytes() > leaveMegabytes) writeSync(file, block);
      } catch (error) {
        if (error.code !== 'ENOSPC') throw error;
      } finally {
        closeSync(file);
      }
      chmodSync(filler, 0o600);
    },
    /** There is space again. */
    free: () => rmSync(filler, { force: true }),
  };
}

/** Whether this process may mount at all: root may, unless it is one of a container without that right. */
export function canMount() {
  const directory = mkdtempSync(join(tmpdir(), 'zhijia-mount-'));
  const mounting = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'zhijia-small-disk', directory]);
  if (mounting.status === 0) spawnSync('umount', [directory]);
  rmdirSync(directory);
  return mounting.status === 0;
}
