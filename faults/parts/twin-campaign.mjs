import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { Viewer } from '@zhijia/access';
import { createDataSource } from '@zhijia/database';
import { Outbox } from '@zhijia/messaging';
import { root } from '../../deploy/local/src/paths.mjs';

/**
 * The same campaign a second time, in a copy of the service's database made before the first ballot: the same slots,
 * manifest and keys.
 *
 * @returns `{ castAll(inputs), tally(closingOf), board() }`
 */
export async function copyCampaign(fault, { servers, product }, campaignId) {
  const { stack } = product;
  const name = new URL(stack.databases.evaluations).pathname.slice(1);
  const twin = `${name}_${fault.label.replaceAll('-', '_')}`;
  await stack.kill('evaluations');
  const admin = new pg.Client({ connectionString: servers.postgres.adminUrl });
  await admin.connect();
  try {
    await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
    await admin.query(`CREATE DATABASE ${twin} TEMPLATE ${name}`);
  } finally {
    await admin.end();
  }
  const keys = join(fault.directory, `keys-${fault.label}`);
  cpSync(stack.secrets.ballotKeyDir, keys, { recursive: true });
  await stack.start('evaluations');
  const url = new URL(stack.databases.evaluations);
  url.pathname = `/${twin}`;
  return openTwin(fault, { url: url.toString(), keys, stack, campaignId });
}

async function openTwin(fault, { url, keys, stack, campaignId }) {
  const service = (path) => import(join(root, 'services', 'evaluations', 'dist', path));
  const { AcceptBallots } = await service('ballots/accept-ballots.js');
  const { CastBallot } = await service('ballots/cast-ballot.js');
  const { BallotsStore } = await service('ballots/ballots.store.js');
  const { CampaignsStore } = await service('campaigns/campaigns.store.js');
  const { ClosingsStore } = await service('campaigns/closings.store.js');
  const { SealClosingDigest } = await service('campaigns/seal-closing-digest.js');
  const { ServiceKey } = await service('campaigns/service-key.js');
  const db = createDataSource({ url, applicationName: 'faults-twin', migrations: [] });
  await db.initialize();
  fault.undo(() => db.isInitialized && db.destroy());
  const serviceKey = await ServiceKey.load(stack.secrets.ballotServiceKeyFile, 'development');
  const accepting = new AcceptBallots(new BallotsStore(), new Outbox());
  const casting = new CastBallot(db, accepting, new CampaignsStore(db), serviceKey);
  const closingJws = async () =>
    (await db.query('SELECT closing_digest_jws AS jws FROM campaign WHERE id = $1', [campaignId]))[0].jws;

  return {
    /** Casts these ballots one after the other, through the service's own use case. */
    async castAll(ballots) {
      for (const { memberId, input } of ballots) {
        const { audience, roles, subject } = { audience: 'mobile', roles: [], subject: memberId };
        const facts = { issuer: 'twin', subject, client: 'twin', audience, memberId, roles, actingFor: null };
        const outcome = await casting.run(input, new Viewer(facts));
        if (outcome.kind !== 'cast') throw new Error(`The twin did not take a ballot: ${outcome.kind}`);
      }
    },

    /**
     * Closes and counts. A signature is random, so the twin takes the other's closing digest, where it says the same.
     *
     * @param {string} otherJws
     * @param {readonly string[]} nodeOptions of the tally's process
     * @returns `{ hasSameDigest, boardHash }`
     */
    async tally(otherJws, nodeOptions) {
      await db.query(`UPDATE campaign SET state = 'CLOSING', closed_at = zhijia_now() WHERE id = $1`, [campaignId]);
      await new SealClosingDigest(db, new ClosingsStore(), serviceKey).run(campaignId);
      const hasSameDigest = contentOf(await closingJws()) === contentOf(otherJws);
      if (!hasSameDigest) return { hasSameDigest, boardHash: null };
      await db.query('UPDATE campaign SET closing_digest_jws = $2 WHERE id = $1', [campaignId, otherJws]);
      const program = join(root, 'services', 'evaluations', 'dist', 'tally.main.js');
      const child = spawn(process.execPath, [...nodeOptions, program, 'tally', campaignId], {
        env: { DATABASE_URL: url, BALLOT_KEY_DIR: keys },
        stdio: ['pipe', 'ignore', 'inherit'],
      });
      const [code] = await once(child, 'close');
      if (code !== 0) throw new Error(`The twin's tally ended with ${code}`);
      const [{ hash }] = await db.query('SELECT board_hash AS hash FROM campaign_result WHERE campaign_id = $1', [
        campaignId,
      ]);
      return { hasSameDigest, boardHash: hash };
    },
  };
}

function contentOf(jws) {
  return Buffer.from(jws.split('.')[1], 'base64url').toString();
}
