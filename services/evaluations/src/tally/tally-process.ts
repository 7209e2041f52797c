import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Inject, Injectable } from '@nestjs/common';
import { SUBGRAPH_CONFIG } from '@zhijia/subgraph';
import type { EvaluationsConfig } from '../evaluations.config.js';

export type TallyCommand = 'prepare' | 'tally' | 'destroy';

/** The tally ended without having done its work. Its own log says why. */
export class TallyFailed extends Error {
  constructor(
    readonly command: TallyCommand,
    readonly exitCode: number | null,
    readonly signal: string | null,
  ) {
    super(`The tally's "${command}" ended with ${signal ?? `code ${exitCode}`}`);
    this.name = 'TallyFailed';
  }
}

/**
 * Starts the tally for one piece of work, as a process of its own: what accepts ballots never holds what opens them. It
 * gets two variables and nothing else of this process, and ends when this process is gone.
 */
@Injectable()
export class TallyProcess {
  constructor(@Inject(SUBGRAPH_CONFIG) private readonly config: EvaluationsConfig) {}

  /** @throws TallyFailed */
  async run(command: TallyCommand, campaignId: string): Promise<void> {
    const child = spawn(process.execPath, ['--enable-source-maps', this.config.tallyProgram, command, campaignId], {
      env: { DATABASE_URL: this.config.databaseUrl, BALLOT_KEY_DIR: this.config.ballotKeyDirectory },
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    // Its standard input is the leash: it closes with this process, however this process ends.
    child.stdin.on('error', () => undefined);
    const [exitCode, signal] = (await once(child, 'close')) as [number | null, string | null];
    if (exitCode !== 0) throw new TallyFailed(command, exitCode, signal);
  }
}
