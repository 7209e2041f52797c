#!/usr/bin/env node
/**
 * `node tools/load-demonstration.mjs --members N [--seed <text>]`: loads the demonstration county into the running stack,
 * as its clients would: through the import and the gateway. Broken off, it goes on with the same command. `--files
 * <directory>` only writes the county's CSV files there.
 */
import { parseArgs } from 'node:util';
import { Obstacle } from '../deploy/local/src/obstacle.mjs';

try {
  const { values } = parseArgs({
    options: { members: { type: 'string', default: '5000' }, seed: { type: 'string' }, files: { type: 'string' } },
  });
  const members = Number(values.members);
  const { makeCounty } = await import('./demonstration/county.mjs');
  const county = makeCounty({ members, ...(values.seed === undefined ? {} : { seed: values.seed }) });
  if (values.files !== undefined) {
    const { writeCounty } = await import('./demonstration/import-county.mjs');
    process.stdout.write(`${JSON.stringify(await writeCounty(county, values.files))}\n`);
  } else {
    const { loadCounty } = await import('./demonstration/load-county.mjs');
    await loadCounty(county);
  }
  process.exit(0);
} catch (error) {
  const isTold = error instanceof Obstacle || error instanceof RangeError;
  process.stderr.write(`${isTold ? error.message : (error.stack ?? error)}\n`);
  process.exit(1);
}
