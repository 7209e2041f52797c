import { rows, sqlStateOf, type Queryable } from '@zhijia/database';
import { laggingSeconds, readStoredFigures, type StoredFigures } from '@zhijia/messaging';
import { remembered } from './metrics/remembered.js';
import type { WorkerStatus } from './tokens.js';

/** Probes come often and from everywhere; what they ask is asked this seldom. */
const rememberedMs = 1_000;
const figuresRememberedMs = 5_000;
const undefinedTable = '42P01';

export interface DatabaseState {
  /** Of this version, not run on this database: it was restored from before, or this is not the one. */
  readonly migrationsPending: number;
}

export type Readiness =
  | { readonly status: 'ready' | 'degraded'; readonly degraded: readonly string[] }
  | { readonly status: 'unready'; readonly reasons: readonly string[] };

/**
 * Ready means: can do its own work, which is to reach its database, at the state that this version expects. A broker
 * that is away and events that wait make the answer say degraded, never unready: voting goes on.
 */
export class Health {
  /** Null while the database is away. */
  readonly databaseState = remembered(rememberedMs, () => this.askDatabase());
  /** Null while the database is away. One for all metrics of the outbox and of what waits. */
  readonly storedFigures = remembered(figuresRememberedMs, (): Promise<StoredFigures | null> =>
    readStoredFigures(this.probe).catch(() => null),
  );

  constructor(
    private readonly probe: Queryable,
    private readonly migrationNames: readonly string[],
    private readonly worker: { readonly current: WorkerStatus | null },
  ) {}

  async readiness(): Promise<Readiness> {
    const [state, stored, ofWorker] = await Promise.all([
      this.databaseState(),
      this.storedFigures(),
      this.worker.current?.degraded() ?? [],
    ]);
    if (state === null) return { status: 'unready', reasons: ['database'] };
    if (state.migrationsPending > 0) return { status: 'unready', reasons: ['migrationsPending'] };
    // The worker may run elsewhere, or nowhere: that events wait is seen from here as well.
    const late = (stored?.outboxLagSeconds ?? 0) > laggingSeconds ? ['outboxLagging'] : [];
    const degraded = [...new Set([...ofWorker, ...late])];
    return { status: degraded.length === 0 ? 'ready' : 'degraded', degraded };
  }

  private async askDatabase(): Promise<DatabaseState | null> {
    try {
      const done = await rows<{ name: string }>(this.probe, 'SELECT name FROM migration');
      const names = new Set(done.map(({ name }) => name));
      return { migrationsPending: this.migrationNames.filter((name) => !names.has(name)).length };
    } catch (error) {
      if (sqlStateOf(error) === undefinedTable) return { migrationsPending: this.migrationNames.length };
      return null;
    }
  }
}
