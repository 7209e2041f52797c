/**
 * What stands in the way, said in one sentence that ends with what to do. Printed without a stack trace: the reader is
 * somebody who wants the product to run, not somebody who debugs this runner.
 */
export class Obstacle extends Error {
  name = 'Obstacle';
}

/** A full disk reaches us as a code or as a line in somebody's log; both become the same sentence. */
export function asObstacle(error, directory) {
  const text = `${error?.code ?? ''} ${error?.message ?? error}`;
  if (/ENOSPC|No space left on device/.test(text)) return diskIsFull(directory);
  return error;
}

function diskIsFull(directory) {
  return new Obstacle(
    `The disk under ${directory} is full: make room there, or set ZHIJIA_DATA_DIR to a directory on another disk, and start again.`,
  );
}
