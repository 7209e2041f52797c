import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adoptLock, holderOf, takeLock, withLock } from '../src/lock.mjs';

describe('takeLock', () => {
  const folder = mkdtempSync(join(tmpdir(), 'zhijia-lock-'));
  const file = join(folder, 'supervisor.lock');
  afterEach(() => rmSync(file, { force: true }));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('has one holder and names it to the second', () => {
    const { lock } = takeLock(file, 'first');
    expect(takeLock(file, 'second').holder).toMatchObject({ pid: process.pid, note: 'first' });
    lock?.release();
    expect(takeLock(file, 'third').lock).toBeDefined();
  });

  it('is free when its holder died, and when its pid went to another process', async () => {
    const child = spawn('true');
    await once(child, 'exit');
    writeFileSync(file, JSON.stringify({ pid: child.pid, identity: 'before', token: 't' }));
    expect(takeLock(file).lock).toBeDefined();
    writeFileSync(file, JSON.stringify({ pid: process.pid, identity: 'of one who had this pid before', token: 't' }));
    expect(holderOf(file)).toBeNull();
    expect(takeLock(file).lock).toBeDefined();
  });

  it('is free when its holder died before it wrote its name', () => {
    writeFileSync(file, '');
    expect(takeLock(file).holder).toBeDefined();
    const long = new Date(Date.now() - 60_000);
    utimesSync(file, long, long);
    expect(takeLock(file).lock).toBeDefined();
  });

  it('goes to who was told its token and to nobody else', () => {
    const { lock } = takeLock(file);
    expect(adoptLock(file, 'guessed')).toBeNull();
    expect(adoptLock(file, lock?.token ?? '')).not.toBeNull();
  });

  it('lets ten who wait work one after the other', async () => {
    let inside = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 10 }, () =>
        withLock(file, {}, async () => {
          most = Math.max(most, (inside += 1));
          await new Promise((resolve) => setTimeout(resolve, 5));
          inside -= 1;
        }),
      ),
    );
    expect(most).toBe(1);
  });
});
