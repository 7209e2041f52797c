import { randomUUID } from 'node:crypto';
import type { RoleName, Viewer } from '@zhijia/access';
import {
  campaignAnnulled,
  evaluationFinished,
  rectificationEscalated,
  rectificationOpened,
  rectificationPublished,
  rectificationWithdrawn,
} from '@zhijia/contracts';
import { rows, setClockOffset } from '@zhijia/database';
import { aViewer } from '@zhijia/testing';
import { bootSubgraph, type BootedSubgraph } from '@zhijia/testing/subgraph';
import { membersSubgraph } from '../src/members.subgraph.js';
import { EscalateOverdueRectifications } from '../src/rectifications/escalate-overdue-rectifications.js';
import { importsOn, personalDataFiles } from './builders.js';

const tree = [
  'code,nameZh,kind,parentCode',
  'C,某市总工会,FEDERATION,',
  'DEP1,市甲局,DEPARTMENT,C',
  'DEP2,市乙局,DEPARTMENT,C',
  'D1,一区总工会,FEDERATION,C',
].join('\n');

describe('a rectification', () => {
  let service: BootedSubgraph;
  const ids = new Map<string, string>();

  beforeAll(async () => {
    service = await bootSubgraph(membersSubgraph, { config: personalDataFiles() });
    await importsOn(service.db).organisations(tree);
    for (const { code, id } of await rows<{ code: string; id: string }>(
      service.db,
      'SELECT code, id FROM organisation',
    )) {
      ids.set(code, id);
    }
  });
  afterAll(() => service.close());
  afterEach(() => setClockOffset(service.db, 0));

  function organisation(code: string): string {
    const id = ids.get(code);
    if (id === undefined) throw new Error(`No organisation ${code}`);
    return id;
  }

  function officer(role: RoleName, code: string): Viewer {
    return aViewer({
      subject: `${role} of ${code}`,
      audience: 'dashboard',
      roles: [{ role, organisationId: organisation(code) }],
    });
  }

  const member = (): Viewer => aViewer({ memberId: randomUUID() });

  function finished(campaignId: string, code = 'DEP1') {
    return {
      campaignId,
      organiserId: organisation('C'),
      outcome: 'PUBLISHED' as const,
      finishedAt: '2026-01-31T08:00:00.000Z',
      boardHash: 'b'.repeat(64),
      below: [
        {
          targetId: randomUUID(),
          organisationId: organisation(code),
          passShareBasisPoints: 8_100,
          passLineBasisPoints: 8_500,
        },
      ],
      policyVersions: {},
    };
  }

  async function anOpenTask(code = 'DEP1'): Promise<{ id: string; campaignId: string }> {
    const campaignId = randomUUID();
    await service.deliver(evaluationFinished, [finished(campaignId, code)]);
    const [task] = await rows<{ id: string }>(service.db, 'SELECT id FROM rectification_task WHERE campaign_id = $1', [
      campaignId,
    ]);
    return { id: task!.id, campaignId };
  }

  const filePlan = `mutation ($id: ID!, $text: String!) {
    fileRectificationPlan(input: { rectificationId: $id, text: $text }) {
      __typename
      ... on RectificationPlanFiled { rectification { state plan { text } } }
      ... on RectificationStepOutOfTurn { code state }
    }
  }`;
  const fileResult = `mutation ($id: ID!, $text: String!) {
    fileRectificationResult(input: { rectificationId: $id, text: $text }) { __typename }
  }`;
  const addEvidence = `mutation ($id: ID!, $text: String!) {
    addRectificationEvidence(input: { rectificationId: $id, text: $text }) { __typename }
  }`;
  const publish = `mutation ($id: ID!) {
    publishRectification(input: { rectificationId: $id }) { __typename ... on RectificationPublished { rectification { state } } }
  }`;
  const read = `query ($id: ID!) {
    rectification(id: $id) {
      state isOverdue planDueAt plan { text } evidence { text } result { text }
      organisation { nameZh } escalatedTo { nameZh } steps { step }
    }
  }`;

  it('is opened once for a target below the line, due on the last day of a shorter month at 24:00 in Shanghai', async () => {
    const campaignId = randomUUID();
    const event = finished(campaignId);
    const [eventId] = await service.deliver(evaluationFinished, [event]);
    await service.deliver(evaluationFinished, [event], { eventId: eventId! });
    await service.deliver(evaluationFinished, [event]);
    const opened = (await service.outbox(rectificationOpened)).filter((each) => each.campaignId === campaignId);
    expect(opened).toHaveLength(1);
    expect(opened[0]?.planDueAt).toBe('2026-02-28T16:00:00.000Z');
  });

  it('opens nothing for an evaluation that is not valid', async () => {
    const campaignId = randomUUID();
    await service.deliver(evaluationFinished, [{ ...finished(campaignId), outcome: 'NOT_VALID', below: [] }]);
    const found = await rows(service.db, 'SELECT id FROM rectification_task WHERE campaign_id = $1', [campaignId]);
    expect(found).toEqual([]);
  });

  it('goes from plan over evidence and result to publication, and is readable by members from then on', async () => {
    const { id, campaignId } = await anOpenTask();
    const department = officer('department-officer', 'DEP1');
    expect((await service.ask(department, filePlan, { id, text: '  整改方案  ' })).data).toEqual({
      fileRectificationPlan: {
        __typename: 'RectificationPlanFiled',
        rectification: { state: 'IN_PROGRESS', plan: { text: '整改方案' } },
      },
    });
    await service.ask(department, addEvidence, { id, text: '窗口延时服务' });
    await service.ask(department, fileResult, { id, text: '已整改' });

    const before = await service.ask(member(), read, { id });
    expect(before.data.rectification).toMatchObject({
      state: 'AWAITING_PUBLICATION',
      plan: null,
      evidence: null,
      result: null,
    });

    expect((await service.ask(officer('chair', 'C'), publish, { id })).data).toEqual({
      publishRectification: { __typename: 'RectificationPublished', rectification: { state: 'PUBLISHED' } },
    });
    const after = await service.ask(member(), read, { id });
    expect(after.data.rectification).toMatchObject({
      plan: { text: '整改方案' },
      evidence: [{ text: '窗口延时服务' }],
      result: { text: '已整改' },
      organisation: { nameZh: '市甲局' },
      steps: ['OPENED', 'PLAN_FILED', 'EVIDENCE_ADDED', 'RESULT_FILED', 'PUBLISHED'].map((step) => ({ step })),
    });
    const told = (await service.outbox(rectificationPublished)).filter((each) => each.campaignId === campaignId);
    expect(told).toHaveLength(1);
  });

  it('is moved only by the offices of its own side', async () => {
    const { id } = await anOpenTask();
    for (const stranger of [
      officer('department-officer', 'DEP2'),
      officer('chair', 'D1'),
      officer('supervisor', 'C'),
    ]) {
      const answer = await service.ask(stranger, filePlan, { id, text: 'x' });
      expect(answer.data.fileRectificationPlan.__typename).toBe('RectificationNotFound');
    }
    const byMember = await service.ask(member(), filePlan, { id, text: 'x' });
    expect(byMember.errors?.[0]?.extensions?.['code']).toBe('ACCESS_DENIED');
    const department = officer('department-officer', 'DEP1');
    const published = await service.ask(department, publish, { id });
    expect(published.errors?.[0]?.extensions?.['code']).toBe('ACCESS_DENIED');
  });

  it('refuses steps out of turn, and texts that say nothing', async () => {
    const { id } = await anOpenTask();
    const department = officer('department-officer', 'DEP1');
    expect((await service.ask(department, fileResult, { id, text: 'x' })).data.fileRectificationResult.__typename).toBe(
      'RectificationStepOutOfTurn',
    );
    expect((await service.ask(department, filePlan, { id, text: '   ' })).data.fileRectificationPlan.__typename).toBe(
      'RectificationTextInvalid',
    );
    expect((await service.ask(officer('chair', 'C'), publish, { id })).data.publishRectification.__typename).toBe(
      'RectificationStepOutOfTurn',
    );
    expect(
      (await service.ask(department, filePlan, { id: 'nonsense', text: 'x' })).data.fileRectificationPlan.__typename,
    ).toBe('RectificationNotFound');
  });

  it('is published once when two officers press at once', async () => {
    const { id, campaignId } = await anOpenTask();
    const department = officer('department-officer', 'DEP1');
    await service.ask(department, filePlan, { id, text: 'p' });
    await service.ask(department, fileResult, { id, text: 'r' });
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => service.ask(officer('chair', 'C'), publish, { id })),
    );
    expect(answers.map((answer) => answer.data.publishRectification.__typename).sort()).toEqual([
      'RectificationPublished',
      'RectificationStepOutOfTurn',
      'RectificationStepOutOfTurn',
      'RectificationStepOutOfTurn',
    ]);
    const told = (await service.outbox(rectificationPublished)).filter((each) => each.campaignId === campaignId);
    expect(told).toHaveLength(1);
  });

  it('escalates to the organisation above when its plan is overdue beyond the days of grace, once', async () => {
    const { id, campaignId } = await anOpenTask();
    const escalate = service.app.get(EscalateOverdueRectifications);
    const seconds = (instant: string) => Math.floor((Date.parse(instant) - Date.now()) / 1_000);
    const escalated = async () =>
      (await service.outbox(rectificationEscalated)).filter((each) => each.campaignId === campaignId);

    await setClockOffset(service.db, seconds('2026-03-07T15:00:00.000Z'));
    await escalate.run();
    expect(await escalated()).toEqual([]);
    expect((await service.ask(member(), read, { id })).data.rectification).toMatchObject({ isOverdue: true });

    await setClockOffset(service.db, seconds('2026-03-07T16:00:01.000Z'));
    await escalate.run();
    await escalate.run();
    expect(await escalated()).toMatchObject([{ rectificationId: id, escalatedToId: organisation('C') }]);
    expect((await service.ask(member(), read, { id })).data.rectification).toMatchObject({
      escalatedTo: { nameZh: '某市总工会' },
    });
  });

  it('is withdrawn when its campaign is annulled, once', async () => {
    const { id, campaignId } = await anOpenTask();
    const annulled = { campaignId, annulledAt: '2026-02-01T00:00:00.000Z' };
    await service.deliver(campaignAnnulled, [annulled]);
    await service.deliver(campaignAnnulled, [annulled]);
    const told = (await service.outbox(rectificationWithdrawn)).filter((each) => each.campaignId === campaignId);
    expect(told).toHaveLength(1);
    const late = await service.ask(officer('department-officer', 'DEP1'), filePlan, { id, text: 'x' });
    expect(late.data.fileRectificationPlan).toMatchObject({
      __typename: 'RectificationStepOutOfTurn',
      state: 'WITHDRAWN',
    });
  });

  it('stands in the list of those who owe it and of those it is owed to, page by page', async () => {
    await anOpenTask('DEP2');
    await anOpenTask('DEP2');
    const list = `query ($after: String) {
      rectifications(filter: { states: [PLAN_DUE] }, first: 1, after: $after) {
        edges { node { organisation { nameZh } } } pageInfo { hasNextPage endCursor }
      }
    }`;
    const department = officer('department-officer', 'DEP2');
    const first = (await service.ask(department, list)).data.rectifications;
    expect(first).toMatchObject({
      edges: [{ node: { organisation: { nameZh: '市乙局' } } }],
      pageInfo: { hasNextPage: true },
    });
    const second = (await service.ask(department, list, { after: first.pageInfo.endCursor })).data.rectifications;
    expect(second.pageInfo.hasNextPage).toBe(false);
    expect((await service.ask(officer('chair', 'D1'), list)).data.rectifications.edges).toEqual([]);
    expect((await service.ask(officer('secretary', 'C'), list)).data.rectifications.edges).toHaveLength(1);
  });

  it('is found from its campaign, many campaigns with one query', async () => {
    const one = await anOpenTask();
    const two = await anOpenTask('DEP2');
    const answer = await service.ask(
      member(),
      `query ($references: [_Any!]!) { _entities(representations: $references) { ... on Campaign { rectifications { id } } } }`,
      { references: [one, two].map(({ campaignId }) => ({ __typename: 'Campaign', id: campaignId })) },
    );
    expect(answer.data).toEqual({
      _entities: [{ rectifications: [{ id: one.id }] }, { rectifications: [{ id: two.id }] }],
    });
  });
});
