import { Obstacle } from './obstacle.mjs';

const usage = 'npm start [-- [--fresh] [--members N]]';

/** @returns `{ fresh, members, detached }`; `members` undefined when not given */
export function readOptions(args) {
  const options = { fresh: false, members: undefined, detached: false };
  for (let at = 0; at < args.length; at += 1) {
    const [name, inline] = args[at].split('=', 2);
    if (name === '--fresh') options.fresh = true;
    else if (name === '--detached') options.detached = true;
    else if (name === '--members') options.members = readCount(inline ?? args[(at += 1)]);
    else throw new Obstacle(`${args[at]} is not known here; use ${usage}.`);
  }
  return options;
}

function readCount(text) {
  if (!/^\d{1,7}$/.test(text ?? '')) {
    throw new Obstacle(
      `--members takes a whole number (0 for no demonstration county), not "${text ?? ''}"; use ${usage}.`,
    );
  }
  return Number(text);
}
