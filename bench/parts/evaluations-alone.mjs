import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { root } from '../../deploy/local/src/paths.mjs';

const dist = join(root, 'services/evaluations/dist');
const ofService = (file) => import(join(dist, file));

/**
 * The use cases of evaluations in this process, on a database of their own: what its jobs and its officers do, without
 * gateway, broker and worker. The tally is the process that it is.
 *
 * @param {object} bench
 * @param {string} adminUrl of the PostgreSQL server
 * @returns `{ db, databaseUrl, open(campaign), close(campaignId), runTally(campaignId, { onStart }) }`
 */
export async function openEvaluations(bench, adminUrl) {
  await import('reflect-metadata');
  const [{ createDataSource, migrateUnderLock, IdempotencyStore }, { Outbox }, { PolicyStore }, { Viewer }] =
    await Promise.all(
      ['@zhijia/database', '@zhijia/messaging', '@zhijia/policy', '@zhijia/access'].map((name) => import(name)),
    );
  const databaseUrl = adminUrl.replace(/[^/]*$/, 'bench_evaluations');
  const optionsOf = (url) => ({ url, applicationName: 'zhijia-bench', statementTimeoutMs: 600_000 });
  const admin = await createDataSource({ ...optionsOf(adminUrl), migrations: [] }).initialize();
  await admin.query('CREATE DATABASE bench_evaluations');
  await admin.destroy();
  const { evaluationsMigrations } = await ofService('migrations/index.js');
  const db = await createDataSource({ ...optionsOf(databaseUrl), migrations: evaluationsMigrations }).initialize();
  bench.undo(() => db.destroy());
  await migrateUnderLock(db);

  const keyDirectory = join(bench.directory, 'ballot-keys');
  const { ServiceKey } = await ofService('campaigns/service-key.js');
  const serviceKey = await ServiceKey.load(join(bench.directory, 'service-key.json'), 'development');
  const outbox = new Outbox();
  const { ElectoratesStore } = await ofService('electorates/electorates.store.js');
  const electorates = new ElectoratesStore();

  /** One piece of the tally's work in its own process. */
  async function runTally(command, campaignId, onStart = () => {}) {
    const child = spawn(process.execPath, ['--enable-source-maps', join(dist, 'tally.main.js'), command, campaignId], {
      env: { DATABASE_URL: databaseUrl, BALLOT_KEY_DIR: keyDirectory },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', (text) => (said += text));
    onStart(child.pid);
    const [code, signal] = await once(child, 'close');
    if (code !== 0) throw new Error(`The tally's ${command} ended with ${signal ?? code}`);
    return JSON.parse(said);
  }

  return {
    db,
    databaseUrl,
    runTally,

    /** Opens a campaign of the county's root over its departments, as its secretary; ready for ballots. */
    async open({ rootId, departmentIds }) {
      const [{ OpenCampaign }, { OpeningsStore }, { PreparationsStore }, { SignManifestOfCampaign }] =
        await Promise.all(
          ['open-campaign', 'openings.store', 'preparations.store', 'sign-manifest-of-campaign'].map((name) =>
            ofService(`campaigns/${name}.js`),
          ),
        );
      const secretary = new Viewer({
        issuer: 'bench',
        subject: 'secretary',
        client: 'bench',
        audience: 'dashboard',
        memberId: null,
        roles: [{ role: 'secretary', organisationId: rootId }],
        actingFor: null,
      });
      const opening = new OpenCampaign(
        db,
        new OpeningsStore(),
        electorates,
        new PolicyStore(),
        new IdempotencyStore(),
        {
          policyRegion: 'CN',
        },
      );
      const startedAt = performance.now();
      const opened = await opening.run(
        {
          organiserId: rootId,
          titleZh: '部门执法工作评议',
          titleEn: 'Evaluation of law enforcement',
          questionSet: { id: 'bench', version: 1, questionZh: '您满意吗？', questionEn: 'Are you satisfied?' },
          targetOrganisationIds: departmentIds,
          opensAt: null,
          closesAt: new Date(Date.now() + 7 * 86_400_000).toISOString(),
          electorate: { rootOrganisationId: rootId, requiresVerification: true, asOf: null },
          reward: null,
          rules: {
            passLineBasisPoints: null,
            minTurnoutBasisPoints: null,
            minimumCell: null,
            strata: null,
            hasCodes: null,
          },
        },
        secretary,
        'bench',
      );
      if (opened.kind !== 'opened') throw new Error(`No campaign: ${JSON.stringify(opened)}`);
      const requestMs = performance.now() - startedAt;
      const { campaignId } = opened;
      const { FreezeElectorate } = await ofService('electorates/freeze-electorate.js');
      await new FreezeElectorate(db, electorates).run(campaignId);
      await runTally('prepare', campaignId);
      const preparations = new PreparationsStore();
      await new SignManifestOfCampaign(db, preparations, electorates, serviceKey, outbox).run(campaignId);
      const readyMs = performance.now() - startedAt;
      return { campaignId, requestMs, readyMs, serviceKeys: serviceKey.publicKeys };
    },

    /** Closes the campaign by hand and seals its digest. */
    async close(campaignId) {
      const { ClosingsStore } = await ofService('campaigns/closings.store.js');
      const { SealClosingDigest } = await ofService('campaigns/seal-closing-digest.js');
      const closings = new ClosingsStore();
      await db.transaction((tx) => closings.markClosing(tx, campaignId));
      await new SealClosingDigest(db, closings, serviceKey).run(campaignId);
    },
  };
}
