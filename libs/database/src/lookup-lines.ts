import { Socket } from 'node:net';
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
  readonly socket: Socket;
  readonly opened: Promise<unknown>;
  waiting: number;
}

/**
 * A few connections that read by key, each with many statements on the way at once. What requests of one turn of the event
 * loop ask for leaves in one piece, and PostgreSQL answers it for one waking of its process: both cost more than such a
 * statement does. Every statement keeps one plan for
 * all keys, so nothing comes here whose best plan depends on a parameter.
 */
export class LookupLines {
  private readonly lines: (Line | null)[] = Array.from({ length: lines }, () => null);
  /** The one that gathers in this turn of the event loop. */
  private gathering: Line | null = null;

  constructor(private readonly options: LookupLineOptions) {}

  async rows<Row>(name: string, text: string, parameters: readonly unknown[]): Promise<Row[]> {
    const line = this.gathering ?? this.shortest();
    line.waiting += 1;
    try {
      await line.opened;
      this.gather(line);
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

  /** Holds back what is written until the turn of the event loop ends. */
  private gather(line: Line): void {
    if (this.gathering !== null) return;
    this.gathering = line;
    line.socket.cork();
    setImmediate(() => {
      this.gathering = null;
      line.socket.uncork();
    });
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
    const socket = new Socket();
    const client = new pg.Client({
      stream: () => socket,
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
    const line: Line = { client, socket, opened, waiting: 0 };
    const forget = (): void => {
      if (this.lines[index] === line) this.lines[index] = null;
    };
    client.on('error', forget);
    client.on('end', forget);
    opened.catch(forget);
    return line;
  }
}
