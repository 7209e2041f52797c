import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runLeashed } from './leash.mjs';
import { lastLines } from './logs.mjs';
import { freshLog, layout, root } from './paths.mjs';

const loader = join(root, 'tools', 'load-demonstration.mjs');

/** Members of the county when nobody says otherwise. */
const defaultMembers = 5_000;

/**
 * Loads the demonstration county once. The loader goes through the running product, and a load that was broken off is
 * begun again: what it landed before is landed once.
 *
 * @returns `{ state: 'loaded' | 'present' | 'skipped' | 'failed', members }`
 */
export async function loadDemonstration({ dataDir, members, progress, env }) {
  const where = layout(dataDir);
  const present = readLoaded(where.demonstration);
  if (present !== null) {
    if (members !== undefined && members !== present.members) {
      progress.say(
        `· the county here has ${present.members} members; start with --fresh --members ${members} for another`,
      );
    }
    return { state: 'present', members: present.members };
  }
  const wanted = members ?? defaultMembers;
  if (wanted === 0 || !existsSync(loader)) return { state: 'skipped', members: 0 };

  const logFile = freshLog(where.logs, 'demonstration');
  const { code, signal } = await progress.step(
    `Demonstration county of ${wanted} members`,
    () =>
      runLeashed(process.execPath, [loader, '--members', String(wanted)], { plan: 'TERM:5', cwd: root, logFile, env }),
    ({ code }) => (code === 0 ? 'loaded' : 'not complete'),
  );
  if (code !== 0) {
    progress.say(
      `✗ the county is not complete (${signal ?? `exit code ${code}`}); the next start goes on with it; ${logFile} ends:\n${lastLines(logFile, 8)}`,
    );
    return { state: 'failed', members: wanted };
  }
  writeFileSync(where.demonstration, JSON.stringify({ members: wanted, loadedAt: new Date().toISOString() }));
  return { state: 'loaded', members: wanted };
}

function readLoaded(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}
