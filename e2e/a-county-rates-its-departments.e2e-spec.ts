import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findOnBoard, sealBallot, verifyManifest, verifyReceipt, type Manifest } from '@zhijia/ballot';
import { until } from '@zhijia/testing';
import { CompactEncrypt, importJWK } from 'jose';
import { castBallot, readBoard, untilState } from './support/campaign.js';
import {
  countyMembers,
  departmentCodes,
  importMembers,
  membersCsv,
  organisationsCsv,
  aUnifiedCode,
  readCounty,
  runTool,
  type County,
} from './support/county.js';
import { tellSteps } from './support/tell-steps.js';
import { openProduct, type Person, type Product } from './support/product.js';

const memberCount = 40;
const rewardedMembers = 30;
const pointsPerMember = 200;
const day = 86_400;

/** What one voter keeps. */
interface Vote {
  envelopeHash: string;
  ratings: { targetId: string; code: string; grade: number }[];
  participationId: string;
}

/** One county from its import to the published rectification. Steps build on each other. */
describe('a county rates its departments', () => {
  let product: Product;
  let county: County;
  let campaignId = '';
  let manifest: Manifest;
  const votes = new Map<number, Vote>();
  let board = '';

  beforeAll(async () => {
    product = await openProduct();
  }, 180_000);
  afterAll(() => product?.stop(), 60_000);

  const step = tellSteps();
  const members = countyMembers(memberCount);

  step(
    'imports organisations and members; good lines land, bad lines come back with line, field and reason',
    async () => {
      const file = join(mkdtempSync(join(tmpdir(), 'zhijia-import-')), 'organisations.csv');
      writeFileSync(file, organisationsCsv());
      const { stdout } = await runTool('import', ['organisations', file], product.stack.environmentOf('members'));
      expect(JSON.parse(stdout)).toMatchObject({ added: 33, refused: 0 });
      const [root] = await product.rows<{ id: string }>(
        'members',
        'SELECT id FROM organisation WHERE parent_id IS NULL',
      );
      const administrator: Person = {
        audience: 'dashboard',
        subject: 'administrator',
        roles: [{ role: 'administrator', organisationId: root!.id }],
      };
      const bad = '测试丙,990000196001010000,13900009999,B1,2020-01-31,M9999,,,\r\n缺字段,1';
      const imported = await product.read(administrator, importMembers, {
        input: { csvText: `${membersCsv(members)}\r\n${bad}` },
      });
      expect(imported.importMembers.run).toMatchObject({ added: memberCount + 1, refused: 2 });
      expect(
        imported.importMembers.run.errors.edges.map((edge: { node: { lineNumber: number } }) => edge.node.lineNumber),
      ).toEqual([memberCount + 3, memberCount + 4]);
      const again = await product.read(administrator, importMembers, { input: { csvText: membersCsv(members) } });
      expect(again.importMembers.run).toMatchObject({ added: 0, corrected: 0, unchanged: memberCount + 1, refused: 0 });
      county = await readCounty(product, members);
    },
  );

  step('opens a time account and a points account for every member', async () => {
    const home = await until(
      async () => {
        const { me } = await product.read(
          county.member(0),
          `{ me { maskedName organisation { nameZh } timeAccount { balanceMinutes } pointsAccount { balancePoints } } }`,
        );
        return me.timeAccount !== null && me.pointsAccount !== null ? me : null;
      },
      { what: 'both accounts' },
    );
    expect(home).toEqual({
      maskedName: '测**',
      organisation: { nameZh: '甲厂工会' },
      timeAccount: { balanceMinutes: 0 },
      pointsAccount: { balancePoints: 0 },
    });
  });

  step('opens a campaign over 26 departments, whose electorate holds the verified members alone', async () => {
    const opened = await product.read(
      county.cityOfficer,
      `mutation ($input: OpenCampaignInput!) {
        openCampaign(input: $input) {
          __typename
          ... on CampaignOpened { campaign { id state electorate { size } } }
          ... on Refusal { code messageEn }
        }
      }`,
      {
        input: {
          idempotencyKey: 'open-departments',
          organiserId: county.organisation('C'),
          titleZh: '市直部门执法评议',
          titleEn: 'Departments rated by members',
          questionSet: {
            id: 'department-evaluation',
            version: 1,
            questionZh: '您对该部门的执法工作是否满意？',
            questionEn: 'Are you satisfied with this department?',
          },
          targetOrganisationIds: departmentCodes.map(county.organisation),
          closesAt: new Date(Date.now() + 7 * day * 1_000).toISOString(),
          electorate: { rootOrganisationId: county.organisation('C') },
          reward: { poolPoints: rewardedMembers * pointsPerMember, pointsPerMember },
        },
      },
    );
    expect(opened.openCampaign).toMatchObject({
      __typename: 'CampaignOpened',
      campaign: { electorate: { size: memberCount } },
    });
    campaignId = opened.openCampaign.campaign.id;
    await untilState(product, county.cityOfficer, campaignId, 'OPEN');
  });

  step('shows members what awaits them, and tells who may not take part why', async () => {
    const { me } = await product.read(
      county.member(0),
      `{ me { awaitingCampaigns { id titleZh targets { nameZh } reward { pointsPerMember standing } canTakePart { isPossible } } } }`,
    );
    expect(me.awaitingCampaigns).toMatchObject([
      { id: campaignId, reward: { pointsPerMember, standing: 'AVAILABLE' }, canTakePart: { isPossible: true } },
    ]);
    expect(me.awaitingCampaigns[0].targets).toHaveLength(26);
    const { campaign } = await product.read(
      county.unverified,
      `query ($id: ID!) { campaign(id: $id) { canTakePart { isPossible obstacle messageZh } ballotPaper { slot } } }`,
      { id: campaignId },
    );
    expect(campaign).toMatchObject({ canTakePart: { isPossible: false, obstacle: 'NOT_VERIFIED' }, ballotPaper: null });
  });

  const ballotPaper = `query ($id: ID!) {
    ballotServiceKeys
    campaign(id: $id) { reward { standing } ballotPaper { slot manifest manifestHash fingerprint } }
  }`;

  /** Every third voter of the first two departments is dissatisfied; the others are content with all. */
  function gradesOf(order: number): number[] {
    return departmentCodes.map((_, target) => (target < 2 && order % 3 === 0 ? 5 : 1 + (order % 2)));
  }

  async function vote(order: number, grades = gradesOf(order), key = `ballot-${order}`) {
    const voter = county.member(order);
    const { ballotServiceKeys, campaign } = await product.read(voter, ballotPaper, { id: campaignId });
    manifest = await verifyManifest(campaign.ballotPaper.manifest, JSON.parse(ballotServiceKeys));
    const sealed = await sealBallot({
      manifest,
      manifestHash: campaign.ballotPaper.manifestHash,
      slot: campaign.ballotPaper.slot,
      grades,
    });
    const { castBallot: cast } = await product.read(voter, castBallot, {
      input: { campaignId, envelope: sealed.envelope, idempotencyKey: key },
    });
    expect(cast.__typename).toBe('BallotCast');
    const receipt = await verifyReceipt(cast.receipt, JSON.parse(ballotServiceKeys));
    expect(receipt).toMatchObject({ campaignId, envelopeHash: sealed.envelopeHash, replacedHash: cast.replacedHash });
    votes.set(order, {
      envelopeHash: sealed.envelopeHash,
      ratings: manifest.targetIds.map((targetId, index) => ({
        targetId,
        code: sealed.codes[index] ?? '',
        grade: grades[index] ?? 0,
      })),
      participationId: cast.participation.id,
    });
    return { cast, sealed, standing: campaign.reward.standing as string };
  }

  step('takes sealed ballots under the signed manifest, and answers each with a receipt', async () => {
    for (let order = 0; order < rewardedMembers; order += 1) await vote(order);
    expect(votes.size).toBe(rewardedMembers);
    expect(readdirSync(product.stack.secrets.ballotKeyDir)).toContain(`${campaignId}.key`);
  });

  step('lets a voter replace a ballot, and answers a repeated request with the same receipt', async () => {
    const first = votes.get(1)!;
    const { cast, sealed } = await vote(1, gradesOf(1), 'ballot-1-again');
    expect(cast).toMatchObject({
      replacedHash: first.envelopeHash,
      isReplayed: false,
      participation: { id: first.participationId },
    });
    const repeated = await product.read(county.member(1), castBallot, {
      input: { campaignId, envelope: sealed.envelope, idempotencyKey: 'ballot-1-again' },
    });
    expect(repeated.castBallot).toMatchObject({ isReplayed: true, envelopeHash: cast.envelopeHash });
  });

  step('keeps grades out of the service: nothing it stores says more than that a ballot was cast', async () => {
    const ballots = await product.rows<{ text: string }>(
      'evaluations',
      `SELECT table_name || '.' || column_name AS text FROM information_schema.columns
       WHERE table_schema = 'public' AND column_name ~ 'grade' AND table_name ~ '(ballot|slot|particip|envelope)'`,
    );
    expect(ballots).toEqual([]);
  });

  step('rewards taking part once while the pool lasts, and tells later voters before they vote', async () => {
    const rewardOf = async (order: number) => {
      const { campaign, me } = await product.read(
        county.member(order),
        `query ($id: ID!) { me { pointsAccount { balancePoints } } campaign(id: $id) { participation { reward { status points } } } }`,
        { id: campaignId },
      );
      return { ...campaign.participation.reward, balancePoints: me.pointsAccount.balancePoints };
    };
    for (const order of [0, 1, rewardedMembers - 1]) {
      await until(async () => (await rewardOf(order)).status === 'GRANTED', { what: `the reward of member ${order}` });
      expect(await rewardOf(order)).toEqual({
        status: 'GRANTED',
        points: pointsPerMember,
        balancePoints: pointsPerMember,
      });
    }
    await until(
      async () => {
        const { campaign } = await product.read(county.member(rewardedMembers), ballotPaper, { id: campaignId });
        return campaign.reward.standing === 'POOL_EMPTY';
      },
      { what: 'the empty pool to be told' },
    );
    for (let order = rewardedMembers; order < memberCount - 4; order += 1) {
      expect((await vote(order)).standing).toBe('POOL_EMPTY');
    }
    await until(async () => (await rewardOf(rewardedMembers)).status === 'POOL_EMPTY', {
      what: 'the refusal of the pool',
    });
    const { campaign } = await product.read(
      county.cityOfficer,
      `query ($id: ID!) { campaign(id: $id) { rewardPool { poolPoints remainingPoints isEmpty } } }`,
      { id: campaignId },
    );
    expect(campaign.rewardPool).toEqual({
      poolPoints: rewardedMembers * pointsPerMember,
      remainingPoints: 0,
      isEmpty: true,
    });
  });

  step('accepts an envelope that is wrong only inside: it cannot see it', async () => {
    const order = memberCount - 4;
    const voter = county.member(order);
    const { campaign } = await product.read(voter, ballotPaper, { id: campaignId });
    const { slot, manifestHash } = campaign.ballotPaper;
    const envelope = await new CompactEncrypt(new Uint8Array(256).fill(9))
      .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', kid: manifest.key.thumbprint })
      .setKeyManagementParameters({
        apu: Buffer.from(slot.replaceAll('-', ''), 'hex'),
        apv: Buffer.from(manifestHash, 'hex'),
      })
      .encrypt(await importJWK(manifest.key.publicKey, 'ECDH-ES'));
    const { castBallot: cast } = await product.read(voter, castBallot, {
      input: { campaignId, envelope, idempotencyKey: 'wrong-inside' },
    });
    expect(cast.__typename).toBe('BallotCast');
  });

  step('closes by hand, tallies in a process of its own and publishes', async () => {
    const closed = await product.read(
      county.cityOfficer,
      `mutation ($id: ID!) { closeCampaign(input: { campaignId: $id }) { __typename ... on Refusal { code } } }`,
      { id: campaignId },
    );
    expect(closed.closeCampaign.__typename).toBe('CampaignClosing');
    const late = await product.read(county.member(0), castBallot, {
      input: { campaignId, envelope: 'x.y.z.a.b', idempotencyKey: 'late' },
    });
    expect(late.castBallot).toMatchObject({ __typename: 'CampaignClosed', code: 'CAMPAIGN_CLOSED' });
    await untilState(product, county.cityOfficer, campaignId, 'PUBLISHED');
  });

  step(
    'shows participation, distribution and shares, by cell and by stratum, with spoiled and replaced ballots counted',
    async () => {
      const { campaign } = await product.read(
        county.member(0),
        `query ($id: ID!) { campaign(id: $id) { results {
        isValid electorateSize cast counted spoiled replaced
        targets { target { nameZh } total { gradeCounts answers passShare badShare } isBelowLine
          byStratum { stratum { name ballots } distribution { answers } } byCell { edges { node { distribution { answers } } } } }
      } } }`,
        { id: campaignId },
      );
      const counted = memberCount - 4;
      const dissatisfied = Array.from({ length: counted }, (_, order) => order).filter(
        (order) => order % 3 === 0,
      ).length;
      expect(campaign.results).toMatchObject({
        isValid: true,
        electorateSize: memberCount,
        cast: counted + 1,
        counted,
        spoiled: 1,
        replaced: 1,
      });
      const [first, , third] = campaign.results.targets;
      expect(first).toMatchObject({
        target: { nameZh: '市第1局' },
        isBelowLine: true,
        total: { answers: counted, badShare: Math.floor((dissatisfied * 10_000) / counted) },
      });
      expect(first.total.gradeCounts[4]).toBe(dissatisfied);
      expect(third).toMatchObject({ isBelowLine: false, total: { passShare: 10_000, badShare: 0 } });
      const sum = (groups: { distribution: { answers: number } }[]) =>
        groups.reduce((total, group) => total + group.distribution.answers, 0);
      expect(sum(first.byStratum)).toBe(counted);
      expect(sum(first.byCell.edges.map((edge: { node: { distribution: { answers: number } } }) => edge.node))).toBe(
        counted,
      );
    },
  );

  step('publishes a board on which voters find their receipts and codes, and anyone recounts', async () => {
    board = await readBoard(product, campaignId);
    const found = await findOnBoard(board.split('\n').slice(0, -1), {
      envelopeHashes: [votes.get(1)!.envelopeHash],
      ratings: votes.get(1)!.ratings,
    });
    expect(JSON.stringify(found)).not.toContain('false');

    const folder = mkdtempSync(join(tmpdir(), 'zhijia-board-'));
    const file = join(folder, 'board.ndjson');
    writeFileSync(file, board);
    const { code, stdout } = await runTool('recount', [file]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, campaignId, problems: [] });
  });

  step('names what was changed on a board', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'zhijia-board-'));
    const file = join(folder, 'changed.ndjson');
    writeFileSync(file, board.replace(votes.get(2)!.envelopeHash, '0'.repeat(64)));
    expect(await runTool('recount', [file])).toMatchObject({ code: 1 });
  });

  step('destroys what could open a ballot', async () => {
    expect(readdirSync(product.stack.secrets.ballotKeyDir)).not.toContain(`${campaignId}.key`);
    await until(
      async () => {
        const left = await product.rows(
          'evaluations',
          `SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ $1`,
          [campaignId.replaceAll('-', '')],
        );
        return left.length === 0;
      },
      { what: 'the links from slots to members to be dropped', withinMs: 30_000 },
    );
  });

  step(
    'opens a rectification over Kafka for each department below the line, and carries it to its publication',
    async () => {
      const campaign = await until(
        async () => {
          const answer = await product.read(
            county.member(0),
            `query ($id: ID!) { campaign(id: $id) { rectifications { id state planDueAt organisation { id nameZh } } } }`,
            { id: campaignId },
          );
          return answer.campaign.rectifications.length > 0 ? answer.campaign : null;
        },
        { what: 'the rectifications' },
      );
      expect(
        campaign.rectifications.map((task: { organisation: { nameZh: string } }) => task.organisation.nameZh).sort(),
      ).toEqual(['市第1局', '市第2局']);
      const first = campaign.rectifications.find(
        (task: { organisation: { nameZh: string } }) => task.organisation.nameZh === '市第1局',
      );
      const officer = county.departmentOfficer('DEP1');
      for (const [name, text] of [
        ['fileRectificationPlan', '一个月内整改'],
        ['addRectificationEvidence', '新增两个窗口'],
        ['fileRectificationResult', '等候时间减半'],
      ]) {
        const capital = `${name![0]!.toUpperCase()}${name!.slice(1)}Input`;
        const answer = await product.read(
          officer,
          `mutation ($input: ${capital}!) { ${name}(input: $input) { __typename } }`,
          { input: { rectificationId: first.id, text } },
        );
        expect(answer[name!].__typename).toMatch(/^Rectification(PlanFiled|EvidenceAdded|ResultFiled)$/);
      }
      const published = await product.read(
        county.cityOfficer,
        `mutation ($id: ID!) { publishRectification(input: { rectificationId: $id }) { __typename } }`,
        { id: first.id },
      );
      expect(published.publishRectification.__typename).toBe('RectificationPublished');

      const rate = `mutation ($input: RateRectificationInput!) {
      rateRectification(input: $input) { __typename ... on Refusal { code } }
    }`;
      const rating = { rectificationId: first.id, grade: 2, idempotencyKey: 'rating' };
      const rated = await until(
        async () => {
          const answer = await product.read(county.member(3), rate, { input: rating });
          return answer.rateRectification.__typename === 'RectificationRated' ? answer : null;
        },
        { what: 'the rectification to be open to ratings' },
      );
      expect(rated.rateRectification.__typename).toBe('RectificationRated');
      const absent = await product.read(county.member(memberCount - 1), rate, { input: rating });
      expect(absent.rateRectification.__typename).not.toBe('RectificationRated');
      const loop = await product.read(
        county.member(3),
        `query ($id: ID!) { campaign(id: $id) { rectifications { state plan { text } followUp { answers gradeCounts mayRate { obstacle } } } } }`,
        { id: campaignId },
      );
      expect(loop.campaign.rectifications).toContainEqual({
        state: 'PUBLISHED',
        plan: { text: '一个月内整改' },
        followUp: { answers: 1, gradeCounts: [0, 1, 0, 0, 0], mayRate: { obstacle: 'ALREADY_RATED' } },
      });
    },
  );

  step('posts hours of a visit, shows them in the passbook, and sells an offer for points', async () => {
    const depositor = county.member(0);
    const visit = {
      idempotencyKey: 'visit-1',
      depositorMemberId: depositor.memberId,
      kind: 'COMPANIONSHIP',
      startedAt: new Date(Date.now() - 5 * 3_600_000).toISOString(),
      endedAt: new Date(Date.now() - 3 * 3_600_000).toISOString(),
    };
    const postVisit = `mutation ($input: PostVisitInput!) {
      postVisit(input: $input) { __typename ... on VisitPosted { isReplayed visit { minutes } } ... on Refusal { code } }
    }`;
    const posted = await product.read(county.cityOfficer, postVisit, { input: visit });
    expect(posted.postVisit).toMatchObject({ __typename: 'VisitPosted', isReplayed: false, visit: { minutes: 120 } });
    const again = await product.read(county.cityOfficer, postVisit, { input: visit });
    expect(again.postVisit).toMatchObject({ isReplayed: true });
    const reused = await product.read(county.cityOfficer, postVisit, { input: { ...visit, kind: 'REPAIR' } });
    expect(reused.postVisit).toMatchObject({ __typename: 'IdempotencyKeyReused', code: 'IDEMPOTENCY_KEY_REUSED' });
    const { me } = await product.read(
      depositor,
      `{ me { timeAccount { balanceMinutes passbook { edges { node { direction minutes balanceAfterMinutes } } } } } }`,
    );
    expect(me.timeAccount).toEqual({
      balanceMinutes: 120,
      passbook: { edges: [{ node: { direction: 'DEPOSIT', minutes: 120, balanceAfterMinutes: 120 } }] },
    });

    const created = await product.read(
      county.cityOfficer,
      `mutation ($input: CreateOfferInput!) { createOffer(input: $input) { __typename ... on OfferCreated { offer { id } } ... on Refusal { code } } }`,
      {
        input: {
          idempotencyKey: 'offer-1',
          organisationId: county.organisation('C'),
          merchantNameZh: '某书店',
          titleZh: '书券',
          pricePoints: 150,
          stock: 5,
          endsAt: new Date(Date.now() + 30 * day * 1_000).toISOString(),
        },
      },
    );
    const offerId = created.createOffer.offer.id;
    const redeemOffer = `mutation ($input: RedeemOfferInput!) {
      redeemOffer(input: $input) { __typename ... on OfferRedeemed { account { balancePoints } } ... on Refusal { code } }
    }`;
    const redeemed = await product.read(depositor, redeemOffer, { input: { offerId, idempotencyKey: 'redeem-1' } });
    expect(redeemed.redeemOffer).toEqual({ __typename: 'OfferRedeemed', account: { balancePoints: 50 } });
    const poor = await product.read(county.member(rewardedMembers), redeemOffer, {
      input: { offerId, idempotencyKey: 'redeem-2' },
    });
    expect(poor.redeemOffer).toMatchObject({ __typename: 'InsufficientPoints' });
  });

  step('answers a partner bank with the public register entry of an organisation', async () => {
    const bank: Person = {
      audience: 'bank',
      subject: 'bank-1',
      roles: [{ role: 'bank-client', organisationId: county.organisation('C') }],
    };
    const entry = await product.read(
      bank,
      `query ($code: String!) { registerEntry(unifiedCode: $code) { nameZh kind status } }`,
      {
        code: aUnifiedCode(4),
      },
    );
    expect(entry.registerEntry).toEqual({ nameZh: '甲厂工会', kind: 'BASE_UNION', status: 'ACTIVE' });
  });

  step('escalates the department that filed no plan', async () => {
    await product.setTime(45 * day);
    const overdue = await until(
      async () => {
        const { campaign } = await product.read(
          county.member(0),
          `query ($id: ID!) { campaign(id: $id) { rectifications { state isOverdue escalatedTo { nameZh } organisation { nameZh } } } }`,
          { id: campaignId },
        );
        return campaign.rectifications.find((task: { escalatedTo: unknown }) => task.escalatedTo !== null) ?? null;
      },
      { what: 'the escalation', withinMs: 30_000 },
    );
    expect(overdue).toEqual({
      state: 'PLAN_DUE',
      isOverdue: true,
      escalatedTo: { nameZh: '某市总工会' },
      organisation: { nameZh: '市第2局' },
    });
  });
});
