import { createDataSource } from '@zhijia/database';
import { createLog } from '@zhijia/logging';
import { Outbox } from '@zhijia/messaging';
import { DestroyKey } from './tally/destroy-key.js';
import { FileKeyHolder } from './tally/file-key-holder.js';
import { OpeningThreads } from './tally/opening-threads.js';
import { PrepareKey } from './tally/prepare-key.js';
import { TallyCampaign } from './tally/tally-campaign.js';
import { readTallyConfig } from './tally/tally.config.js';

// The tally: a process of its own that makes, uses and destroys the keys of campaigns, one piece of work a run.
//   node tally.main.js prepare|tally|destroy <campaign>
// One JSON line on stdout says what was done; exit code 0 done, 1 failed.

const log = createLog({ service: 'evaluations-tally' });

// The leash: whoever started this holds the other end of standard input.
process.stdin.resume();
process.stdin.once('end', () => process.exit(1));
process.stdin.once('error', () => process.exit(1));

async function run([command, campaignId]: readonly string[]): Promise<object> {
  if (campaignId === undefined) throw new Error('Usage: tally.main.js prepare|tally|destroy <campaign>');
  const config = readTallyConfig();
  const holder = new FileKeyHolder(config.keyDirectory);
  const db = createDataSource({
    url: config.databaseUrl,
    applicationName: 'zhijia-evaluations-tally',
    migrations: [],
    poolSize: 2,
    statementTimeoutMs: 120_000,
  });
  await db.initialize();
  try {
    switch (command) {
      case 'prepare':
        return await new PrepareKey(db, holder).run(campaignId);
      case 'tally': {
        const outcome = await new TallyCampaign(db, holder, new Outbox(), new OpeningThreads(config.databaseUrl)).run(
          campaignId,
        );
        await new DestroyKey(db, holder).run(campaignId);
        return { kind: 'tallied', outcome };
      }
      case 'destroy':
        return await new DestroyKey(db, holder).run(campaignId);
      case undefined:
      default:
        throw new Error(`Unknown command: ${command}`);
    }
  } finally {
    await db.destroy();
  }
}

try {
  process.stdout.write(`${JSON.stringify(await run(process.argv.slice(2)))}\n`);
  process.exit(0);
} catch (error) {
  log.error({ err: error }, 'The tally failed');
  process.exit(1);
}
