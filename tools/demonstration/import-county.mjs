import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Obstacle } from '../../deploy/local/src/obstacle.mjs';
import { membersCsv, organisationsCsv } from './county-csv.mjs';

/** Writes the county as the files that an import takes. */
export async function writeCounty(county, directory) {
  mkdirSync(directory, { recursive: true });
  const files = {
    organisations: join(directory, 'organisations.csv'),
    members: join(directory, 'members.csv'),
  };
  await pipeline(Readable.from(organisationsCsv(county)), createWriteStream(files.organisations));
  await pipeline(Readable.from(membersCsv(county)), createWriteStream(files.members));
  return files;
}

/**
 * Imports both files as `npm run import` does: by the same use case, in this process.
 *
 * @param environment what the members service finds in its environment
 */
export async function importCounty(files, environment, say) {
  const { openImports } = await import('../../services/members/dist/imports/open-imports.js');
  const { sourceFromFile } = await import('../../services/members/dist/imports/import-source.js');
  const imports = await openImports(environment);
  try {
    for (const [kind, file] of Object.entries(files)) {
      const outcome = await imports[kind].run({
        source: sourceFromFile(file),
        importer: { name: 'demonstration county', reach: null },
        isDryRun: false,
      });
      if (outcome.run === undefined) throw new Error(`The import refuses ${file}: ${outcome.kind}`);
      const { added, corrected, unchanged, refused } = outcome.run;
      say(`${kind}: ${added} added, ${corrected} corrected, ${unchanged} there already`);
      if (refused > 0) {
        throw new Obstacle(
          `${refused} lines of ${file} are refused: these databases hold another county; start with empty ones.`,
        );
      }
    }
  } finally {
    await imports.close();
  }
}
