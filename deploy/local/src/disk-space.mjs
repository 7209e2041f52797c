import { existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { Obstacle } from './obstacle.mjs';

const megabyte = 1024 * 1024;

/** Asked before anything is written: a disk that fills up halfway is a worse place to stop. */
export function requireSpace(directory, neededMegabytes) {
  let existing = directory;
  while (!existsSync(existing)) existing = dirname(existing);
  const { bavail, bsize } = statfsSync(existing);
  const freeMegabytes = Math.floor((bavail * bsize) / megabyte);
  if (freeMegabytes >= neededMegabytes) return;
  throw new Obstacle(
    `Only ${freeMegabytes} MB are free under ${directory} and about ${neededMegabytes} MB are needed: make room there, or set ZHIJIA_DATA_DIR to a directory on another disk, and start again.`,
  );
}
