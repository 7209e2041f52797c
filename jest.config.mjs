import { existsSync, readdirSync } from 'node:fs';

const folders = [
  ...readdirSync('libs').map((name) => `libs/${name}`),
  ...readdirSync('services').map((name) => `services/${name}`),
  'gateway',
  'deploy/local',
  'tools',
  'e2e',
  'bench',
  'faults',
].filter((folder) => existsSync(`${folder}/package.json`));

/** One project a workspace folder, so that `nx test <project>` and `npm test` read the same settings. */
export default {
  testTimeout: 60_000,
  projects: folders.map((folder) => ({
    displayName: folder,
    rootDir: folder,
    testEnvironment: 'node',
    // Packages are read from their sources: a test never meets a stale build.
    testEnvironmentOptions: { customExportConditions: ['@zhijia/source', 'node', 'node-addons'] },
    testMatch: ['<rootDir>/**/*.{spec,int-spec,e2e-spec}.ts'],
    testPathIgnorePatterns: ['/node_modules/', '/dist/'],
    extensionsToTreatAsEsm: ['.ts'],
    moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
    transform: { '^.+\\.ts$': '@swc/jest' },
  })),
};
