import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findOnBoard, recount, type SealedBallot } from '@zhijia/ballot';
import { campaignAnnulled, evaluationFinished } from '@zhijia/contracts';
import { execute, row, rows } from '@zhijia/database';
import { Outbox } from '@zhijia/messaging';
import { until } from '@zhijia/testing';
import { CompactEncrypt } from 'jose';
import { FileKeyHolder } from '../src/tally/file-key-holder.js';
import { OpeningThreads } from '../src/tally/opening-threads.js';
import { TallyCampaign } from '../src/tally/tally-campaign.js';
import { bootCounty, viewerAs, type County } from './county.js';

const tallyProgram = fileURLToPath(new URL('../dist/tally.main.js', import.meta.url));
const threadProgram = fileURLToPath(new URL('../dist/tally/opening-thread.js', import.meta.url));

describe('closing and counting', () => {
  let county: County;
  beforeAll(async () => {
    county = await bootCounty();
  });
  afterAll(() => county.end());

  async function stateOf(campaignId: string): Promise<string | undefined> {
    const found = await row<{ state: string }>(county.service.db, `SELECT state FROM campaign WHERE id = $1`, [
      campaignId,
    ]);
    return found?.state;
  }

  async function boardOf(campaignId: string): Promise<string[]> {
    const chunks = await rows<{ bytes: Buffer }>(
      county.service.db,
      `SELECT bytes FROM board_chunk WHERE campaign_id = $1 ORDER BY position`,
      [campaignId],
    );
    const text = Buffer.concat(chunks.map(({ bytes }) => bytes)).toString('utf8');
    return text === '' ? [] : text.trimEnd().split('\n');
  }

  async function finishedEvent(campaignId: string) {
    return (await county.service.outbox(evaluationFinished)).filter((event) => event.campaignId === campaignId);
  }

  /** An open campaign in which the first `count` members voted: grade 1, grade 5 or 3 in turn, grade 2. */
  async function votedCampaign(count: number): Promise<{ campaignId: string; sealed: SealedBallot[] }> {
    const campaignId = await county.openCampaign();
    const sealed: SealedBallot[] = [];
    for (const [index, member] of county.members.slice(0, count).entries()) {
      sealed.push(await county.vote(member, campaignId, [1, index % 2 === 0 ? 5 : 3, 2]));
    }
    return { campaignId, sealed };
  }

  async function annul(campaignId: string, reason = '题目有误', viewer = county.officer) {
    const answer = await county.service.ask(
      viewer,
      `mutation ($input: AnnulCampaignInput!) { annulCampaign(input: $input) {
         __typename ... on CampaignWithdrawn { campaign { state annulment { reason } board { isAnnulled } } }
         ... on Refusal { code } } }`,
      { input: { campaignId, reason } },
    );
    return answer.data?.annulCampaign;
  }

  it('publishes what anyone recounts from the board alone, and forgets who cast what', async () => {
    const { campaignId, sealed } = await votedCampaign(30);
    const voter = county.members[0]!;
    const replaced = sealed[0]!;
    const last = await county.vote(voter, campaignId, [2, 6, 0]);
    await county.countParticipation();
    await county.close(campaignId);

    expect(await stateOf(campaignId)).toBe('PUBLISHED');
    const board = await boardOf(campaignId);
    const report = await recount(board, { trustedKeys: await county.serviceKeys() });
    expect(report).toMatchObject({ ok: true, isTrusted: true, problems: [] });

    const targetIds = report.manifest!.targetIds;
    const findings = await findOnBoard(board, {
      envelopeHashes: [replaced.envelopeHash, last.envelopeHash],
      ratings: last.codes.map((code, index) => ({ targetId: targetIds[index]!, code, grade: [2, 6, 0][index]! })),
    });
    expect(findings.ok).toBe(true);
    // The superseded ballot's hash is there; its answers are nowhere.
    const old = await findOnBoard(board, {
      envelopeHashes: [],
      ratings: [{ targetId: targetIds[0]!, code: replaced.codes[0]!, grade: 1 }],
    });
    expect(old.ratings[0]?.found).toBe('missing');

    expect(await finishedEvent(campaignId)).toEqual([
      expect.objectContaining({
        outcome: 'PUBLISHED',
        below: [
          {
            targetId: targetIds[1],
            organisationId: county.departmentIds[1],
            passShareBasisPoints: 5_172,
            passLineBasisPoints: 8_500,
          },
        ],
      }),
    ]);

    await county.forget();
    expect(existsSync(join(county.keyDirectory, `${campaignId}.key`))).toBe(false);
    for (const table of ['ballot', 'electorate_slot']) {
      expect(await rows(county.service.db, `SELECT 1 FROM ${table} WHERE campaign_id = $1`, [campaignId])).toEqual([]);
    }
    const key = await row(county.service.db, `SELECT wrapped_key FROM campaign_key WHERE campaign_id = $1`, [
      campaignId,
    ]);
    expect(key).toEqual({ wrapped_key: null });
    const took = await rows(county.service.db, `SELECT 1 FROM participation WHERE campaign_id = $1`, [campaignId]);
    expect(took).toHaveLength(30);
  });

  it('shows results by cell and by stratum, and participation to the organiser alone', async () => {
    const { campaignId } = await votedCampaign(40);
    await county.close(campaignId);
    await county.forget();
    const query = `query ($id: ID!) { campaign(id: $id) {
      state turnout { electorateSize tookPart share }
      results { isValid cast counted spoiled replaced turnout cellCount strata { name ballots }
        targets { target { position nameZh } isBelowLine total { gradeCounts dontKnow none answers passShare badShare }
          byStratum { stratum { name } distribution { answers } }
          byCell(first: 2) { edges { cursor node { cell { name nameZh ballots } distribution { answers passShare } } }
            pageInfo { hasNextPage endCursor } } } }
      board { url hash sizeBytes isAnnulled }
      participationByOrganisation { edges { node { nameZh electorateSize tookPart } } } } }`;
    const { data } = await county.service.ask(county.officer, query, { id: campaignId });
    expect(data.campaign).toMatchObject({
      state: 'PUBLISHED',
      turnout: { electorateSize: 40, tookPart: 40, share: 10_000 },
      results: { isValid: true, cast: 40, counted: 40, spoiled: 0, replaced: 0, turnout: 10_000 },
      board: { url: `/boards/${campaignId}.ndjson`, isAnnulled: false },
    });
    const [first, second] = data.campaign.results.targets;
    expect(first).toMatchObject({ isBelowLine: false, total: { gradeCounts: [40, 0, 0, 0, 0], passShare: 10_000 } });
    expect(second).toMatchObject({ isBelowLine: true, total: { passShare: 5_000, badShare: 5_000 } });
    expect(
      second.byStratum.reduce(
        (sum: number, one: { distribution: { answers: number } }) => sum + one.distribution.answers,
        0,
      ),
    ).toBe(40);
    // Unanimous cells under twenty are merged: all agreed on the first target.
    expect(
      second.byCell.edges.every((edge: { node: { cell: { ballots: number } } }) => edge.node.cell.ballots >= 20),
    ).toBe(true);
    expect(
      data.campaign.participationByOrganisation.edges.map((edge: { node: { tookPart: number } }) => edge.node.tookPart),
    ).toEqual([10, 10, 10, 10]);

    const member = await county.service.ask(
      viewerAs('chair', county.unionIds[0]!),
      `query ($id: ID!) { campaign(id: $id) { results { counted } participationByOrganisation { edges { cursor } } } }`,
      { id: campaignId },
    );
    expect(member.data.campaign).toEqual({ results: { counted: 40 }, participationByOrganisation: null });
  });

  it('serves the board as one file, and says when it was annulled', async () => {
    const { campaignId } = await votedCampaign(24);
    await county.close(campaignId);
    const path = `/boards/${campaignId}.ndjson`;
    const ask = (headers: Record<string, string> = {}, at = path) =>
      county.service.inject({
        method: 'GET',
        url: at,
        headers: {
          'x-zhijia-viewer': county.service.statement(county.officer, { method: 'GET', path: at, body: '' }),
          ...headers,
        },
      });
    const answer = await ask();
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe('application/x-ndjson');
    expect(answer.body.trimEnd().split('\n')).toEqual(await boardOf(campaignId));
    expect((await ask({ 'if-none-match': answer.headers.etag as string })).statusCode).toBe(304);
    expect((await ask({}, '/boards/none.ndjson')).statusCode).toBe(404);

    expect(await annul(campaignId)).toMatchObject({ campaign: { state: 'ANNULLED', board: { isAnnulled: true } } });
    const marked = await ask();
    expect(marked.body).toBe(answer.body);
    expect(marked.headers['content-disposition']).toContain('.annulled.');
  });

  it('counts a ballot that is wrong inside as spoiled', async () => {
    const { campaignId } = await votedCampaign(30);
    const voter = county.members[31]!;
    const paper = await county.paper(voter, campaignId);
    const wrongVersion = new Uint8Array(256).fill(9, 0, 1);
    const envelope = await new CompactEncrypt(wrongVersion)
      .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', kid: paper.manifest.key.thumbprint })
      .setKeyManagementParameters({
        apu: Buffer.from(paper.slot.replaceAll('-', ''), 'hex'),
        apv: Buffer.from(paper.manifestHash, 'hex'),
      })
      .encrypt(paper.manifest.key.publicKey);
    expect(await county.cast(voter, campaignId, envelope)).toMatchObject({ __typename: 'BallotCast' });
    await county.close(campaignId);
    const result = await row(
      county.service.db,
      `SELECT cast_ballots, counted, spoiled FROM campaign_result WHERE campaign_id = $1`,
      [campaignId],
    );
    expect(result).toEqual({ cast_ballots: 31, counted: 30, spoiled: 1 });
    expect(await recount(await boardOf(campaignId))).toMatchObject({ ok: true });
  });

  it('closes without result and without opening anything when fewer than the minimum cell voted', async () => {
    const { campaignId } = await votedCampaign(4);
    await county.close(campaignId);
    expect(await stateOf(campaignId)).toBe('WITHOUT_RESULT');
    expect(await finishedEvent(campaignId)).toEqual([
      expect.objectContaining({ outcome: 'WITHOUT_RESULT', boardHash: null, below: [] }),
    ]);
    await county.forget();
    // Neither the key nor the mark that it was ever released.
    expect((await readdir(county.keyDirectory)).filter((name) => name.startsWith(campaignId))).toEqual([]);
  });

  it('publishes as not valid, and opens nothing, when too few took part', async () => {
    const { campaignId } = await votedCampaign(20);
    await county.close(campaignId);
    expect(await stateOf(campaignId)).toBe('NOT_VALID');
    expect(await finishedEvent(campaignId)).toEqual([expect.objectContaining({ outcome: 'NOT_VALID', below: [] })]);
    expect(await recount(await boardOf(campaignId))).toMatchObject({ ok: true });
  });

  it('closes by the clock', async () => {
    const { campaignId } = await votedCampaign(24);
    await county.travel(25 * 3_600);
    try {
      await county.closeDue();
      const closed = await row<{ closed_at: string; closes_at: string }>(
        county.service.db,
        `SELECT closed_at, closes_at FROM campaign WHERE id = $1`,
        [campaignId],
      );
      expect(closed?.closed_at).toBe(closed?.closes_at);
      await county.tally();
      expect(await stateOf(campaignId)).toBe('PUBLISHED');
    } finally {
      await county.travel(0);
    }
  });

  it('leaves nothing of a tally that is killed halfway, and publishes with the next', async () => {
    const { campaignId } = await votedCampaign(24);
    await closeWithoutTally(campaignId);
    const { db } = county.service;
    const guard = db.createQueryRunner();
    await guard.connect();
    await guard.startTransaction();
    // The tally gets as far as its board, with all figures written, and waits.
    await guard.query(`LOCK TABLE board_chunk IN ACCESS EXCLUSIVE MODE`);
    const child = spawn(process.execPath, [tallyProgram, 'tally', campaignId], {
      env: { DATABASE_URL: databaseUrl(), BALLOT_KEY_DIR: county.keyDirectory },
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    await until(
      async () =>
        (
          await rows(
            db,
            `SELECT 1 FROM pg_stat_activity WHERE application_name LIKE '%tally' AND wait_event_type = 'Lock'`,
          )
        ).length > 0,
      { what: 'the tally waiting at its board' },
    );
    child.kill('SIGKILL');
    await once(child, 'close');
    await guard.rollbackTransaction();
    await guard.release();

    expect(await stateOf(campaignId)).toBe('CLOSING');
    for (const table of ['campaign_result', 'board_chunk', 'target_result', 'result_group']) {
      expect(await rows(db, `SELECT 1 FROM ${table} WHERE campaign_id = $1`, [campaignId])).toEqual([]);
    }
    expect(await finishedEvent(campaignId)).toEqual([]);
    await county.tally();
    expect(await stateOf(campaignId)).toBe('PUBLISHED');
    expect(await recount(await boardOf(campaignId))).toMatchObject({ ok: true });
    expect(await finishedEvent(campaignId)).toHaveLength(1);
  });

  /** A tally that shares 24 ballots out among three threads. */
  function threadedTally(): TallyCampaign {
    const threads = new OpeningThreads(databaseUrl(), threadProgram, 8, 3);
    return new TallyCampaign(county.service.db, new FileKeyHolder(county.keyDirectory), new Outbox(), threads);
  }

  it('writes the same bytes again, whatever the order in which ballots lie, and opened by however many', async () => {
    const { campaignId } = await votedCampaign(24);
    await closeWithoutTally(campaignId);
    const { db } = county.service;
    const tally = new TallyCampaign(db, new FileKeyHolder(county.keyDirectory), new Outbox());
    expect(await tally.run(campaignId)).toBe('PUBLISHED');
    const board = await boardOf(campaignId);
    // As if it had never been published, with the ballots rewritten in another order.
    for (const table of ['board_chunk', 'target_result', 'result_group', 'campaign_result']) {
      await execute(db, `DELETE FROM ${table} WHERE campaign_id = $1`, [campaignId]);
    }
    await execute(db, `UPDATE campaign SET state = 'CLOSING', finished_at = NULL, outcome = NULL WHERE id = $1`, [
      campaignId,
    ]);
    const ballots = await rows<{ hash: Buffer }>(
      db,
      `SELECT envelope_hash AS hash FROM ballot WHERE campaign_id = $1`,
      [campaignId],
    );
    for (const { hash } of ballots.reverse()) {
      await execute(db, `UPDATE ballot SET caller_key = caller_key WHERE campaign_id = $1 AND envelope_hash = $2`, [
        campaignId,
        hash,
      ]);
    }
    expect(await threadedTally().run(campaignId)).toBe('PUBLISHED');
    expect(await boardOf(campaignId)).toEqual(board);
  });

  it('releases the key against one closing digest only', async () => {
    const { campaignId } = await votedCampaign(24);
    await closeWithoutTally(campaignId);
    await new FileKeyHolder(county.keyDirectory).release(campaignId, 'f'.repeat(64));
    await county.tally();
    expect(await stateOf(campaignId)).toBe('CLOSING');
    expect(await boardOf(campaignId)).toEqual([]);
  });

  it('publishes nothing when a ballot was changed, taken or added after closing', async () => {
    const { campaignId } = await votedCampaign(24);
    await closeWithoutTally(campaignId);
    const { db } = county.service;
    const tally = new TallyCampaign(db, new FileKeyHolder(county.keyDirectory), new Outbox());
    const taken = `DELETE FROM ballot WHERE envelope_hash = (SELECT envelope_hash FROM ballot WHERE campaign_id = $1 LIMIT 1)`;
    const changed = `UPDATE ballot SET envelope = (SELECT envelope FROM ballot WHERE campaign_id = $1 LIMIT 1)
                      WHERE campaign_id = $1`;
    const added = `INSERT INTO ballot (campaign_id, envelope_hash, slot, envelope, caller_key)
                   SELECT campaign_id, sha256('x'), slot, 'x', sha256('y') FROM electorate_slot
                    WHERE campaign_id = $1 AND slot NOT IN (SELECT slot FROM ballot) LIMIT 1`;
    for (const tampering of [taken, changed, added]) {
      const saved = await rows<object>(db, `SELECT * FROM ballot WHERE campaign_id = $1`, [campaignId]);
      await execute(db, tampering, [campaignId]);
      for (const one of [tally, threadedTally()]) {
        await expect(one.run(campaignId)).rejects.toMatchObject({ name: 'BallotsChangedAfterClosing' });
      }
      await execute(db, `DELETE FROM ballot WHERE campaign_id = $1`, [campaignId]);
      for (const ballot of saved) {
        const columns = Object.keys(ballot);
        await execute(
          db,
          `INSERT INTO ballot (${columns.join()}) VALUES (${columns.map((_, index) => `$${index + 1}`).join()})`,
          Object.values(ballot),
        );
      }
    }
    expect(await tally.run(campaignId)).toBe('PUBLISHED');
  });

  describe('annulment', () => {
    it('asks for a reason and for an officer of the organiser', async () => {
      const campaignId = await county.openCampaign();
      expect(await annul(campaignId, '  ')).toMatchObject({ code: 'ANNULMENT_REASON_MISSING' });
      expect(await annul(campaignId, '误开', viewerAs('chair', county.unionIds[0]!))).toMatchObject({
        code: 'CAMPAIGN_NOT_FOUND',
      });
      expect(await stateOf(campaignId)).toBe('OPEN');
    });

    const stages: readonly (readonly [string, () => Promise<string>, boolean])[] = [
      [
        'in preparation',
        async () => {
          const answer = await county.service.ask(
            county.officer,
            `mutation ($input: OpenCampaignInput!) { openCampaign(input: $input) { ... on CampaignOpened { campaign { id } } } }`,
            { input: county.openingInput() },
          );
          return answer.data.openCampaign.campaign.id as string;
        },
        false,
      ],
      ['while voting runs', async () => (await votedCampaign(6)).campaignId, true],
      [
        'between closing and tally',
        async () => {
          const { campaignId } = await votedCampaign(24);
          await closeWithoutTally(campaignId);
          return campaignId;
        },
        true,
      ],
      [
        'after the result',
        async () => {
          const { campaignId } = await votedCampaign(24);
          await county.close(campaignId);
          return campaignId;
        },
        true,
      ],
    ];
    it.each(stages)('ends a campaign %s, with its key and its links', async (_stage, make, isTold) => {
      const campaignId = await make();
      const before = await boardOf(campaignId);
      expect(await annul(campaignId)).toMatchObject({
        campaign: { state: 'ANNULLED', annulment: { reason: '题目有误' } },
      });
      expect(await annul(campaignId)).toMatchObject({ code: 'CAMPAIGN_ANNULLED' });
      await county.prepare();
      await county.tally();
      await county.forget();
      expect(await stateOf(campaignId)).toBe('ANNULLED');
      expect(await boardOf(campaignId)).toEqual(before);
      expect(existsSync(join(county.keyDirectory, `${campaignId}.key`))).toBe(false);
      expect(await rows(county.service.db, `SELECT 1 FROM ballot WHERE campaign_id = $1`, [campaignId])).toEqual([]);
      const told = (await county.service.outbox(campaignAnnulled)).filter((event) => event.campaignId === campaignId);
      expect(told).toHaveLength(isTold ? 1 : 0);
    });
  });

  async function closeWithoutTally(campaignId: string): Promise<void> {
    const { db } = county.service;
    await execute(db, `UPDATE campaign SET state = 'CLOSING', closed_at = zhijia_now() WHERE id = $1`, [campaignId]);
    const { SealClosingDigest } = await import('../src/campaigns/seal-closing-digest.js');
    await county.service.app.get(SealClosingDigest, { strict: false }).run(campaignId);
  }

  function databaseUrl(): string {
    return (county.service.db.options as { url: string }).url;
  }
});
