import type { Log } from '@zhijia/logging';
import type { DataSource } from 'typeorm';
import type { EventProducer } from './event-producer.js';
import { backoffMs } from './patience.js';
import { RelaySession, type OutboxRow } from './relay-session.js';
import { SteadyWork } from './steady-work.js';
import { recordSending } from './trace-events.js';

export interface OutboxRelayOptions {
  readonly readRows: number;
  /** Of those read, so many go to the broker together while the ones before are marked. */
  readonly sendRows: number;
  /** While events come in, the relay looks this often and nobody has to wake it. */
  readonly awakePollMs: number;
  /** After so long without one it falls asleep until a writer's notice. */
  readonly quietBeforeSleepMs: number;
  /** A second look for the sleeper, should a notice be lost with its connection. */
  readonly asleepPollMs: number;
  /** How often a relay that stands by asks for the right to relay. */
  readonly takeoverPollMs: number;
}

const usual: OutboxRelayOptions = {
  readRows: 2_000,
  sendRows: 500,
  awakePollMs: 15,
  quietBeforeSleepMs: 1_000,
  asleepPollMs: 2_000,
  takeoverPollMs: 1_000,
};

/** Publishes what services wrote to their outbox, in order; one relay at a time per database. */
export class OutboxRelay {
  private readonly steady = new SteadyWork(() => this.run());
  private readonly options: OutboxRelayOptions;
  private leads = false;
  private brokerFailures = 0;
  private publishedCount = 0;

  constructor(
    private readonly db: DataSource,
    private readonly producer: EventProducer,
    private readonly log: Log,
    options: Partial<OutboxRelayOptions> = {},
  ) {
    this.options = { ...usual, ...options };
  }

  get isLeading(): boolean {
    return this.leads;
  }

  get isBrokerAway(): boolean {
    return this.brokerFailures > 0;
  }

  /** Rows published by this process since it started. */
  get published(): number {
    return this.publishedCount;
  }

  start(): void {
    this.steady.start();
  }

  /** Returns when the batch at hand is marked. */
  async stop(): Promise<void> {
    await this.steady.stop();
    await this.producer.close();
  }

  private async run(): Promise<void> {
    for (let failures = 0; !this.steady.isStopping;) {
      try {
        const session = await RelaySession.open(this.db, () => this.steady.ring());
        failures = 0;
        if (session === null) {
          await this.steady.wait(this.options.takeoverPollMs);
          continue;
        }
        this.leads = true;
        try {
          await this.lead(session);
        } finally {
          this.leads = false;
          await session.close();
        }
      } catch (error) {
        failures += 1;
        if (failures === 1) this.log.warn({ err: error }, 'The relay lost the database');
        if (!this.steady.isStopping) await this.steady.wait(backoffMs(failures, 100, 2_000));
      }
    }
  }

  private async lead(session: RelaySession): Promise<void> {
    let quietSince = Date.now();
    while (!this.steady.isStopping) {
      if (await this.publishNext(session)) {
        quietSince = Date.now();
      } else if (Date.now() - quietSince < this.options.quietBeforeSleepMs) {
        await this.steady.wait(this.options.awakePollMs);
      } else {
        await this.sleep(session);
        quietSince = Date.now();
      }
    }
  }

  /** False when there was nothing to publish. */
  private async publishNext(session: RelaySession): Promise<boolean> {
    const rows = await session.unpublished(this.options.readRows);
    if (rows.length === 0) return false;
    // One part is marked while the next is sent.
    let marking: Promise<void> = Promise.resolve();
    for (let start = 0; start < rows.length && !this.steady.isStopping; start += this.options.sendRows) {
      const part = rows.slice(start, start + this.options.sendRows);
      const isSent = await this.send(part);
      await marking;
      // Rows are read again: the session may be lost by now, and with it the right to send them.
      if (!isSent) return true;
      marking = session.markPublished(part.map((row) => row.id));
      marking.catch(() => undefined);
      this.publishedCount += part.length;
    }
    await marking;
    return true;
  }

  /** False, after a pause, when the broker does not take them. */
  private async send(part: readonly OutboxRow[]): Promise<boolean> {
    const startedAt = Date.now();
    try {
      await this.producer.send(part);
    } catch (error) {
      this.brokerFailures += 1;
      if (this.brokerFailures === 1) this.log.warn({ err: error }, 'Events wait for the broker');
      await this.steady.wait(backoffMs(this.brokerFailures, 100, 2_000));
      return false;
    }
    if (this.brokerFailures > 0) this.log.info('The broker takes events again');
    this.brokerFailures = 0;
    recordSending(part, startedAt);
    return true;
  }

  /** Sleeps until a notice. Once asleep it looks a last time: what was committed before needs no notice. */
  private async sleep(session: RelaySession): Promise<void> {
    if (!(await session.fallAsleep())) {
      await this.steady.wait(this.options.awakePollMs);
      return;
    }
    while (!this.steady.isStopping && (await session.unpublished(1)).length === 0) {
      await this.steady.wait(this.options.asleepPollMs);
    }
    await session.wakeUp();
  }
}
