import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findCommand } from './find-command.mjs';
import { spawnLeashed } from './leash.mjs';
import { withLock } from './lock.mjs';
import { lastLines } from './logs.mjs';
import { Obstacle, asObstacle } from './obstacle.mjs';
import { freshLog, root, workshop } from './paths.mjs';

const javaAtLeast = 17;
const pom = join(root, 'deploy', 'kafka', 'pom.xml');
const jars = join(workshop, 'kafka-libs');

const instead = 'or set KAFKA_BROKERS to an existing Kafka';

/** Java, found and new enough; asked before anything that takes long. */
export function requireJava() {
  const fromHome = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', 'java') : '';
  const java = fromHome !== '' && existsSync(fromHome) ? fromHome : findCommand('java');
  if (java === null) {
    throw new Obstacle(
      `Java is missing: install Java ${javaAtLeast} or newer (on Debian: apt install openjdk-17-jre-headless), ${instead}, and start again.`,
    );
  }
  const { stderr, stdout } = spawnSync(java, ['-version'], { encoding: 'utf8' });
  const version = Number(/version "(?:1\.)?(\d+)/.exec(`${stderr}${stdout}`)?.[1] ?? Number.NaN);
  // An unknown way of saying it is not refused: Kafka itself will.
  if (version < javaAtLeast) {
    throw new Obstacle(
      `${java} is Java ${version} and Kafka needs ${javaAtLeast}: install a newer one or set JAVA_HOME to it, ${instead}, and start again.`,
    );
  }
  return java;
}

/** Maven, needed only while the jars are not there. */
export function requireMaven() {
  if (areJarsThere()) return null;
  const maven = findCommand('mvn');
  if (maven === null) {
    throw new Obstacle(
      `Maven is missing and is needed once, for Kafka's jars: install it (on Debian: apt install maven), ${instead}, and start again.`,
    );
  }
  return maven;
}

/**
 * The directory with Kafka's jars; Maven fetches them once for each state of the pom.
 */
export async function ensureKafkaJars(onFetch = (fetch) => fetch()) {
  if (areJarsThere()) return jars;
  await withLock(join(workshop, 'kafka-libs.lock'), { note: 'mvn' }, async () => {
    if (!areJarsThere()) await onFetch(fetchJars);
  });
  return jars;
}

async function fetchJars() {
  const maven = requireMaven();
  for (const name of readdirSync(workshop)) {
    if (name.startsWith('kafka-libs.partial-')) rmSync(join(workshop, name), { recursive: true, force: true });
  }
  const partial = `${jars}.partial-${randomBytes(4).toString('hex')}`;
  const logFile = freshLog(join(workshop, 'logs'), 'maven');
  const { code, signal } = await spawnLeashed(
    maven,
    ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${partial}`, '-DincludeScope=runtime'],
    { plan: '-TERM:5', cwd: root, logFile },
  ).exited;
  if (code !== 0) {
    rmSync(partial, { recursive: true, force: true });
    const why = lastLines(logFile, 6);
    const disk = asObstacle(why, workshop);
    if (disk instanceof Obstacle) throw disk;
    throw new Obstacle(
      `Maven could not fetch Kafka's jars (${signal ?? `exit code ${code}`}): check the network or Maven's mirror in ~/.m2/settings.xml, and start again; its last words:\n${why}`,
    );
  }
  writeFileSync(join(partial, '.pom'), pomFingerprint());
  rmSync(jars, { recursive: true, force: true });
  renameSync(partial, jars);
}

function areJarsThere() {
  try {
    return readFileSync(join(jars, '.pom'), 'utf8') === pomFingerprint();
  } catch {
    return false;
  }
}

function pomFingerprint() {
  return createHash('sha256').update(readFileSync(pom)).digest('hex');
}
