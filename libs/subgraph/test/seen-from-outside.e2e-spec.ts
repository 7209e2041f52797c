import { randomBytes, randomUUID } from 'node:crypto';
import { Injectable, Module } from '@nestjs/common';
import { Mutation, Query, Resolver } from '@nestjs/graphql';
import { defineRules, signViewerStatement, viewerStatementHeader, Viewer } from '@zhijia/access';
import { defineEvent } from '@zhijia/contracts';
import { databaseMigrations, execute, inTransaction } from '@zhijia/database';
import { messagingMigrations, Outbox } from '@zhijia/messaging';
import { policyMigrations } from '@zhijia/policy';
import { openTestDatabase, testKafka, until, type TestDatabase } from '@zhijia/testing';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import {
  defineSubgraph,
  readSubgraphConfig,
  runWorker,
  serveSubgraph,
  type Figure,
  type Job,
  type RunningSubgraph,
} from '../src/index.js';
import { Detour } from './support/detour.js';

const noteTaken = defineEvent({
  type: 'timebank.note-taken.v1',
  topic: 'timebank.note',
  schema: z.object({ noteId: z.string() }),
});

@Resolver()
class NoteResolver {
  constructor(
    private readonly db: DataSource,
    private readonly outbox: Outbox,
  ) {}

  @Query('notes')
  notes(): number {
    return 0;
  }

  @Mutation('takeNote')
  async takeNote(): Promise<{ __typename: 'NoteTaken'; noteId: string }> {
    const noteId = randomUUID();
    await inTransaction(this.db, (tx) => this.outbox.add(tx, noteTaken, noteId, { noteId }));
    return { __typename: 'NoteTaken', noteId };
  }
}

@Injectable()
class CountNotes implements Job {
  readonly name = 'count-notes';
  readonly everyMs = 60_000;
  async run(): Promise<void> {}
}

@Injectable()
class LoseNotes implements Job {
  readonly name = 'lose-notes';
  readonly everyMs = 60_000;
  async run(): Promise<void> {
    throw new Error('a job that fails');
  }
}

@Module({ providers: [NoteResolver, CountNotes, LoseNotes] })
class NotingModule {}

const sentNotes: Figure = {
  name: 'zhijia_notes',
  help: 'Notes, by whether they were sent',
  labelName: 'sent',
  read: async () => [{ label: 'yes', value: 7 }],
};

const noting = defineSubgraph({
  name: 'timebank',
  schemaFile: new URL('noting.graphql', import.meta.url),
  rules: defineRules({}),
  module: NotingModule,
  migrations: [...databaseMigrations, ...messagingMigrations, ...policyMigrations],
  reactions: [],
  jobs: [CountNotes, LoseNotes],
  publishes: [noteTaken],
  figures: [sentNotes],
});

/** As `libs/messaging` takes it: space and key. */
const relaysLock = '7403100, 1';

const ada = new Viewer({
  issuer: 'test',
  subject: 'ada',
  client: 'app',
  audience: 'mobile',
  memberId: null,
  roles: [],
  actingFor: null,
});

describe('a service, seen from outside', () => {
  const key = randomBytes(32);
  let database: TestDatabase;
  let detour: Detour;
  let service: RunningSubgraph;

  function configured(databaseUrl: string, brokers: string, prefix: string, worker = 'inline') {
    return readSubgraphConfig({
      ZHIJIA_MODE: 'test',
      HOST: '127.0.0.1',
      DATABASE_URL: databaseUrl,
      KAFKA_BROKERS: brokers,
      KAFKA_PREFIX: prefix,
      WORKER: worker,
      VIEWER_STATEMENT_KEYS: key.toString('base64url'),
      DEAD_LETTER_KEY: randomBytes(32).toString('base64url'),
      LOG_LEVEL: 'fatal',
    });
  }

  async function takeNote(of: RunningSubgraph = service): Promise<unknown> {
    const body = JSON.stringify({ query: 'mutation { takeNote { __typename } }' });
    const request = { subgraph: 'timebank', method: 'POST', path: '/graphql', body };
    const response = await fetch(`${of.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        [viewerStatementHeader]: signViewerStatement(ada, request, key, Date.now()),
      },
      body,
    });
    return response.json();
  }

  async function readiness(of: { url: string } = service): Promise<{ code: number; body: unknown }> {
    const response = await fetch(`${of.url}/health/ready`);
    return { code: response.status, body: await response.json() };
  }

  const untilReadiness = (what: string, code: number, body: object, of?: { url: string }) =>
    until(
      async () => {
        const found = await readiness(of ?? service);
        return found.code === code && JSON.stringify(found.body) === JSON.stringify(body);
      },
      { what, everyMs: 200 },
    );
  const untilReady = (): Promise<unknown> => untilReadiness('ready', 200, { status: 'ready', degraded: [] });

  async function page(of: { url: string } = service): Promise<string[]> {
    const text = await (await fetch(`${of.url}/metrics`)).text();
    return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  }

  beforeAll(async () => {
    database = await openTestDatabase({ migrations: noting.migrations });
    const way = await Detour.to(database.url);
    detour = way.detour;
    const kafka = testKafka();
    service = await serveSubgraph(noting, configured(way.url, kafka.brokers.join(','), kafka.prefix));
  });
  afterAll(async () => {
    await service.stop();
    await detour.end();
    await database.close();
  });

  it('is ready, and tells what an operator asks', async () => {
    await untilReady();
    expect(await takeNote()).toEqual({ data: { takeNote: { __typename: 'NoteTaken' } } });
    const told = [
      'zhijia_database_reachable{service="timebank"} 1',
      'zhijia_database_migrations_pending{service="timebank"} 0',
      'zhijia_database_pool_size{service="timebank"} 16',
      'zhijia_outbox_waiting_events{service="timebank"} 0',
      'zhijia_outbox_oldest_waiting_seconds{service="timebank"} 0',
      'zhijia_relay_leads{service="timebank"} 1',
      'zhijia_relay_published_events_total{service="timebank"} 1',
      'zhijia_broker_reachable{service="timebank"} 1',
      'zhijia_dead_letters{service="timebank"} 0',
      'zhijia_job_runs_total{name="count-notes",outcome="done",service="timebank"} 1',
      'zhijia_job_runs_total{name="lose-notes",outcome="failed",service="timebank"} 1',
      'zhijia_mutations_total{mutation="takeNote",outcome="NoteTaken",service="timebank"} 1',
      'zhijia_notes{sent="yes",service="timebank"} 7',
    ];
    await until(
      async () => {
        const lines = await page();
        return told.every((line) => lines.includes(line));
      },
      { what: `the page to tell: ${told.join(', ')}`, everyMs: 250 },
    );
  });

  it('is unready while its database is away, says nothing it does not know, and recovers by itself', async () => {
    detour.close();
    await untilReadiness('unready', 503, { status: 'unready', reasons: ['database'] });
    await until(
      async () => {
        const lines = await page();
        return (
          lines.includes('zhijia_database_reachable{service="timebank"} 0') &&
          !lines.some((line) => line.startsWith('zhijia_outbox_') || line.startsWith('zhijia_dead_letters'))
        );
      },
      { what: 'a page without what the database knows', everyMs: 250 },
    );
    expect(await takeNote()).toMatchObject({ errors: [{ extensions: { code: 'TRY_AGAIN', retryable: true } }] });
    expect((await fetch(`${service.url}/health/live`)).status).toBe(200);
    detour.open();
    await untilReady();
    expect(await takeNote()).toEqual({ data: { takeNote: { __typename: 'NoteTaken' } } });
  });

  it('is unready on a database that does not have its migrations', async () => {
    const { dataSource } = database;
    const name = messagingMigrations[0]!.name;
    await execute(dataSource, `UPDATE migration SET name = 'elsewhere' WHERE name = $1`, [name]);
    await untilReadiness('unready', 503, { status: 'unready', reasons: ['migrationsPending'] });
    await execute(dataSource, `UPDATE migration SET name = $1 WHERE name = 'elsewhere'`, [name]);
    await untilReady();
  });

  it('says that its events wait when nobody relays them, and goes on', async () => {
    // Somebody takes the right to relay and does nothing with it.
    const idle = database.dataSource.createQueryRunner();
    const taken = execute(idle, `SELECT pg_advisory_lock(${relaysLock})`);
    const [space, lock] = relaysLock.split(', ');
    await execute(
      database.dataSource,
      `SELECT pg_terminate_backend(pid) FROM pg_locks
       WHERE locktype = 'advisory' AND classid = ${space}::oid AND objid = ${lock}::oid AND granted
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    await taken;
    expect(await takeNote()).toEqual({ data: { takeNote: { __typename: 'NoteTaken' } } });
    await execute(database.dataSource, `UPDATE outbox SET occurred_at = occurred_at - interval '1 minute'`);
    await untilReadiness('degraded', 200, { status: 'degraded', degraded: ['outboxLagging'] });
    await until(async () => (await page()).includes('zhijia_relay_leads{service="timebank"} 0'), {
      what: 'the relay to see that it has lost the right',
      everyMs: 200,
    });
    await execute(idle, `SELECT pg_advisory_unlock(${relaysLock})`);
    await idle.release();
    await untilReady();
  });

  it('goes on without a broker, and says so', async () => {
    const alone = await openTestDatabase({ migrations: noting.migrations });
    const withoutBroker = await serveSubgraph(noting, configured(alone.url, '127.0.0.1:1', ''));
    expect(await takeNote(withoutBroker)).toEqual({ data: { takeNote: { __typename: 'NoteTaken' } } });
    await untilReadiness('degraded', 200, { status: 'degraded', degraded: ['brokerAway'] }, withoutBroker);
    const lines = await page(withoutBroker);
    expect(lines).toContain('zhijia_broker_reachable{service="timebank"} 0');
    expect(lines).toContain('zhijia_outbox_waiting_events{service="timebank"} 1');
    await withoutBroker.stop();
    await alone.close();
  });

  it('tells of a worker that runs elsewhere, and the worker of itself', async () => {
    const alone = await openTestDatabase({ migrations: noting.migrations });
    const kafka = testKafka();
    const front = await serveSubgraph(noting, configured(alone.url, '127.0.0.1:1', '', 'none'));
    await takeNote(front);
    await execute(alone.dataSource, `UPDATE outbox SET occurred_at = occurred_at - interval '1 minute'`);
    await untilReadiness('degraded', 200, { status: 'degraded', degraded: ['outboxLagging'] }, front);
    expect((await page(front)).filter((line) => line.startsWith('zhijia_relay_leads'))).toEqual([]);

    const worker = await runWorker(noting, configured(alone.url, kafka.brokers.join(','), kafka.prefix));
    await untilReadiness('ready', 200, { status: 'ready', degraded: [] }, front);
    await untilReadiness('ready', 200, { status: 'ready', degraded: [] }, worker);
    expect(await page(worker)).toContain('zhijia_relay_published_events_total{service="timebank"} 1');
    expect((await fetch(`${worker.url}/graphql`, { method: 'POST' })).status).toBe(404);
    await worker.stop();
    await front.stop();
    await alone.close();
  });
});
