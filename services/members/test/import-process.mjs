// `node import-process.mjs <file> <importer> <lines of a portion>`: an import that a test can kill.
import 'reflect-metadata';
import { openImports } from '../dist/imports/open-imports.js';
import { sourceFromFile } from '../dist/imports/import-source.js';

const [file, name, portionLines] = process.argv.slice(2);
const imports = await openImports(process.env);
await imports.members.run({
  source: sourceFromFile(file),
  importer: { name, reach: null },
  isDryRun: false,
  portionLines: Number(portionLines),
});
await imports.close();
