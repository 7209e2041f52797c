/** An evaluations service that starts the tally of `board-in-order-of-casting.mjs`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { TallyProcess } from '../../services/evaluations/dist/tally/tally-process.js';

const broken = new URL('board-in-order-of-casting.mjs', import.meta.url).href;

TallyProcess.prototype.run = async function (command, campaignId) {
  const { tallyProgram, databaseUrl, ballotKeyDirectory } = this.config;
  const child = spawn(process.execPath, ['--import', broken, tallyProgram, command, campaignId], {
    env: { DATABASE_URL: databaseUrl, BALLOT_KEY_DIR: ballotKeyDirectory },
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`The tally ended with ${code}`);
};
