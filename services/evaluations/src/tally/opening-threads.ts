import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { BallotColumns } from '@zhijia/ballot';
import { BallotsChangedAfterClosing } from './ballots-changed.js';
import type { OpeningShare } from './open-share.js';
import { slotRanges } from './slot-ranges.js';

/** What a thread is started with. */
export interface ThreadTask {
  readonly databaseUrl: string;
  readonly share: OpeningShare;
}

/** What a thread says: ballots, or that they are not those that were sealed. */
export type ThreadMessage =
  { readonly kind: 'opened'; readonly columns: BallotColumns } | { readonly kind: 'changedAfterClosing' };

/** Starting a thread takes as long as opening so many ballots. */
const usualBallotsPerThread = 4_000;

/** Opens ballots on all cores: threads of this process, each with a connection and a part of the slots of its own. */
export class OpeningThreads {
  constructor(
    private readonly databaseUrl: string,
    private readonly program = fileURLToPath(new URL('./opening-thread.js', import.meta.url)),
    private readonly ballotsPerThread = usualBallotsPerThread,
    private readonly mostThreads = availableParallelism(),
  ) {}

  /**
   * @param ballotCount about as many are to be opened.
   * @param hand gets what was opened, in no order.
   * @throws BallotsChangedAfterClosing
   */
  async open(
    work: Omit<OpeningShare, 'range'>,
    ballotCount: number,
    hand: (columns: BallotColumns) => void,
  ): Promise<void> {
    const count = Math.min(this.mostThreads, Math.max(1, Math.ceil(ballotCount / this.ballotsPerThread)));
    const threads = slotRanges(count).map((range) => this.start({ ...work, range }));
    try {
      await Promise.all(threads.map((thread) => untilDone(thread, hand)));
    } finally {
      await Promise.all(threads.map((thread) => thread.terminate()));
    }
  }

  private start(share: OpeningShare): Worker {
    const workerData: ThreadTask = { databaseUrl: this.databaseUrl, share };
    return new Worker(this.program, { workerData });
  }
}

async function untilDone(thread: Worker, hand: (columns: BallotColumns) => void): Promise<void> {
  let isChanged = false;
  thread.on('message', (message: ThreadMessage) => {
    if (message.kind === 'opened') hand(message.columns);
    else isChanged = true;
  });
  // An error of the thread is thrown here.
  const [exitCode] = (await once(thread, 'exit')) as [number];
  if (isChanged) throw new BallotsChangedAfterClosing();
  if (exitCode !== 0) throw new Error(`A thread of the tally ended with code ${exitCode}`);
}
