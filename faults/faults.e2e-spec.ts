import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

interface Line {
  name: string;
  operations: number;
  acknowledged: number;
  lost: number;
  doubled: number;
  wrong: number;
  notes: { break?: string; failed?: string; found?: unknown };
}

const command = join(import.meta.dirname, 'faults.mjs');
const planned = JSON.parse(
  execFileSync(process.execPath, [command, 'short', '--list'], { encoding: 'utf8', env: withoutJest() }),
) as { name: string; break: string }[];

/** The short forms of all runs, in one process and mostly on one product: what `npm run faults -- short` prints. */
describe('on a bad day', () => {
  const lines: Line[] = [];
  let said = '';
  let ended: Promise<number | null>;
  let heard = Promise.withResolvers<void>();
  let stop = (): void => undefined;

  beforeAll(() => {
    const child = spawn(process.execPath, [command, 'short'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: withoutJest(),
    });
    stop = () => void child.kill();
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const hear = (): void => {
      heard.resolve();
      heard = Promise.withResolvers();
    };
    createInterface({ input: child.stdout }).on('line', (text) => {
      lines.push(JSON.parse(text) as Line);
      hear();
    });
    ended = new Promise((resolve) => {
      child.on('close', (code) => {
        resolve(code);
        hear();
      });
    });
  });
  afterAll(async () => {
    stop();
    await ended;
  }, 60_000);

  /** The next line; runs come in the order of the plan. */
  async function lineOf(index: number): Promise<Line> {
    while (lines.length <= index) {
      const code = await Promise.race([heard.promise.then(() => 'heard'), ended]);
      if (code !== 'heard' && lines.length <= index)
        throw new Error(`The runs ended with ${code}:\n${said.slice(-4_000)}`);
    }
    return lines[index]!;
  }

  for (const [index, { name, break: control }] of planned.entries()) {
    const title =
      control === ''
        ? `"${name}" nothing acknowledged is lost, doubled or wrong`
        : `"${name}" shows it when something is broken on purpose: ${control}`;
    it(
      title,
      async () => {
        const line = await lineOf(index);
        expect(line).toMatchObject({ name, notes: control === '' ? {} : { break: control } });
        expect(line.notes.failed).toBeUndefined();
        expect(line.acknowledged).toBeGreaterThan(0);
        const { lost, doubled, wrong } = line;
        if (control === '')
          expect({ lost, doubled, wrong, found: line.notes.found }).toEqual({ lost: 0, doubled: 0, wrong: 0 });
        else expect(lost + doubled + wrong).toBeGreaterThan(0);
      },
      300_000,
    );
  }

  it('the command says with its exit code that all of it was as expected', async () => {
    expect(await ended).toBe(0);
  }, 60_000);
});

/** Plain Node, as the command runs for people. */
function withoutJest(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _jestOnly, ...env } = process.env;
  return env;
}
