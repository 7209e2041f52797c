#!/usr/bin/env node
/** `npm start`: the whole product on this machine, until Ctrl-C. */
import { banner } from './banner.mjs';
import { Obstacle } from './obstacle.mjs';
import { readOptions } from './options.mjs';
import { defaultDataDir } from './paths.mjs';
import { supervise } from './supervise.mjs';

try {
  const options = readOptions(process.argv.slice(2));
  const dataDir = defaultDataDir();
  const code = await supervise({
    ...options,
    dataDir,
    onReady: (stack) => {
      if (!options.detached)
        process.stdout.write(banner(stack.state(), { demonstration: stack.demonstration, dataDir }));
    },
  });
  process.exit(code);
} catch (error) {
  process.stderr.write(`${error instanceof Obstacle ? error.message : (error.stack ?? error)}\n`);
  process.exit(1);
}
