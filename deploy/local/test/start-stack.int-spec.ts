import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { startStack, type ServiceName, type StackOptions } from '../src/start-stack.mjs';

const fake = fileURLToPath(new URL('./fake-service.mjs', import.meta.url));
const entries = { members: fake, timebank: fake, evaluations: fake, benefits: fake, gateway: fake };

function start(options: StackOptions = {}) {
  return startStack({ entries, ...options });
}

async function environmentIn(port: number): Promise<Record<string, string>> {
  const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST' });
  return ((await answer.json()) as { env: Record<string, string> }).env;
}

describe('startStack', () => {
  it('gives every service the environment of the contract', async () => {
    const stack = await start();
    try {
      const members = await environmentIn(stack.ports.members);
      expect(members).toMatchObject({
        ZHIJIA_MODE: 'test',
        HOST: '127.0.0.1',
        PORT: String(stack.ports.members),
        DATABASE_URL: stack.databases.members,
        KAFKA_BROKERS: stack.kafka.brokers,
        KAFKA_PREFIX: stack.kafka.prefix,
        WORKER: 'inline',
        VIEWER_STATEMENT_KEYS: stack.secrets.viewerStatementKeys.members,
        DEAD_LETTER_KEY: stack.secrets.deadLetterKey,
        CONSENT_GRANT_KEYS: stack.secrets.consentGrantKey,
        ZHIJIA_LEASH: 'stdin',
      });
      for (const name of ['PII_KEYRING_FILE', 'PII_INDEX_KEY_FILE']) {
        const file = members[name] ?? '';
        expect(statSync(file).mode & 0o777).toBe(0o600);
        const keyring = JSON.parse(readFileSync(file, 'utf8')) as { current: number; keys: Record<string, string> };
        expect(Buffer.from(keyring.keys[keyring.current] ?? '', 'base64')).toHaveLength(32);
      }
      const evaluations = await environmentIn(stack.ports.evaluations);
      expect(statSync(evaluations['BALLOT_KEY_DIR'] ?? '').mode & 0o777).toBe(0o700);
      expect(JSON.parse(readFileSync(evaluations['BALLOT_SERVICE_KEY_FILE'] ?? '', 'utf8'))).toMatchObject({
        kty: 'EC',
        crv: 'P-256',
        alg: 'ES256',
      });
      expect(evaluations['PII_KEYRING_FILE']).toBeUndefined();

      const gateway = await environmentIn(stack.ports.gateway);
      expect(gateway).toMatchObject({
        SUBGRAPH_URL_TIMEBANK: stack.services.timebank.url,
        VIEWER_STATEMENT_KEY_TIMEBANK: stack.secrets.viewerStatementKeys.timebank,
      });
      const [issuer] = JSON.parse(readFileSync(gateway['TRUSTED_ISSUERS_FILE'] ?? '', 'utf8')) as {
        jwksFile: string;
      }[];
      const { keys } = JSON.parse(readFileSync(issuer?.jwksFile ?? '', 'utf8')) as { keys: { d?: string }[] };
      expect(keys[0]?.d).toBeUndefined();
      expect(gateway['DATABASE_URL']).toBeUndefined();
    } finally {
      await stack.stop();
    }
  });

  it('kills, starts and restarts one service and leaves the others', async () => {
    const stack = await start();
    try {
      const before = Object.fromEntries(
        (['members', 'gateway'] as ServiceName[]).map((name) => [name, stack.pidOf(name)]),
      );
      await stack.kill('members');
      expect(stack.services.members.pid).toBeNull();
      expect(await stack.healthOf('members')).toBe('down');
      await stack.start('members');
      expect(await stack.healthOf('members')).toBe('ready');
      const again = stack.pidOf('members');
      await stack.restart('members');
      expect(new Set([before['members'], again, stack.pidOf('members')]).size).toBe(3);
      expect(stack.pidOf('gateway')).toBe(before['gateway']);
    } finally {
      await stack.stop();
    }
  });

  it('takes databases of its own with it when it stops', async () => {
    const stack = await start();
    const { members } = stack.databases;
    const client = new pg.Client({ connectionString: members });
    client.on('error', () => {});
    await client.connect();
    await stack.stop();
    await expect(new pg.Client({ connectionString: members }).connect()).rejects.toMatchObject({ code: '3D000' });
    expect(existsSync(stack.dataDir)).toBe(false);
  });

  it('quotes the log of a service that does not start, and stops the others', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'zhijia-failing-'));
    const failing = start({ dataDir, env: { timebank: { FAKE_FAILS: '1' } } });
    await expect(failing).rejects.toThrow(
      /timebank ended before it was ready \(exit code 3\)[^]*this one does not start/,
    );
    rmSync(dataDir, { recursive: true });
  });

  it('never makes a secret anew that was lost', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'zhijia-secrets-'));
    const stack = await start({ dataDir });
    await stack.stop();
    rmSync(stack.secrets.piiKeyringFile);
    await expect(start({ dataDir })).rejects.toThrow(/pii\.keyring\.json is gone .* --fresh/);
    rmSync(dataDir, { recursive: true });
  });
});
