import pg from 'pg';

export interface LookupLineOptions {
  readonly url: string;
  readonly applicationName: string;
}

/** Two, for one may stand behind a slow statement; more would bring fewer look-ups together on each. */
const lines = 2;

/** Nothing on a line may keep the next ones waiting for long. */
const limitMs = 2_000;

interface Line {
  readonly client: pg.Client;
  readonly opened: Promise<unknown>;
  waiting: number;
}

/**
 * A few connections that read by key, each with many statements on the way at once: PostgreSQL then answers several of
 * them for one waking of its process, which costs more than such a statement does. Every statement keeps one plan for
 * all keys, so nothing comes here whose best plan depends on a parameter.
 */
export class LookupLines {
  private readonly lines: (Line | null)[] = Array.from({ length: lines }, () => null);

  constructor(private readonly options: LookupLineOptions) {}

  async rows<Row>(name: string, text: string, parameters: readonly unknown[]): Promise<Row[]> {
    const line = this.shortest();
    line.waiting += 1;
    try {
      await line.opened;
      return (await line.client.query({ name, text, values: [...parameters] })).rows as Row[];
    } finally {
      line.waiting -= 1;
    }
  }

  /** Look-ups that are under way end first. */
  async close(): Promise<void> {
    const open = this.lines.splice(0).filter((line) => line !== null);
    await Promise.all(open.map(({ client }) => client.end().catch(() => undefined)));
  }

  private shortest(): Line {
    let best: Line | null = null;
    for (let index = 0; index < this.lines.length; index += 1) {
      const line = (this.lines[index] ??= this.open(index));
      if (best === null || line.waiting < best.waiting) best = line;
    }
    if (best === null) throw new Error('The database is closed');
    return best;
  }

  /** A connection that is lost fails what is on its way; whoever comes next opens another. */
  private open(index: number): Line {
    const client = new pg.Client({
      connectionString: this.options.url,
      application_name: `${this.options.applicationName}-lookups`,
      connectionTimeoutMillis: 5_000,
      statement_timeout: limitMs,
      lock_timeout: limitMs,
      options: '-c plan_cache_mode=force_generic_plan',
      keepAlive: true,
      pipeline: true,
    });
    const opened = client.connect();
    const line: Line = { client, opened, waiting: 0 };
    const forget = (): void => {
      if (this.lines[index] === line) this.lines[index] = null;
    };
    client.on('error', forget);
    client.on('end', forget);
    opened.catch(forget);
    return line;
  }
}
