import { randomUUID } from 'node:crypto';
import { aViewer } from '@zhijia/testing';
import { anOfficer, instantAt, TimebankBench, type Organisation } from './timebank-bench.js';

const postVisit = `mutation ($input: PostVisitInput!) { postVisit(input: $input) {
  __typename
  ... on VisitPosted { isReplayed visit { id minutes status depositor { id } servedMember { id } } account { balanceMinutes } }
  ... on Refusal { code messageZh messageEn }
  ... on VisitInvalid { field }
  ... on VisitOverlaps { startedAt endedAt }
  ... on DailyLimitReached { date postedMinutes maxMinutes }
} }`;

const reverseVisit = `mutation ($input: ReverseVisitInput!) { reverseVisit(input: $input) {
  __typename
  ... on VisitReversed { visit { status reversalReason reversedAt } account { balanceMinutes } isReplayed }
  ... on Refusal { code }
} }`;

const timeAccount = `query ($id: ID!, $first: Int, $after: String) { timeAccount(id: $id) {
  id balanceMinutes openedOn status depositor { id }
  passbook(first: $first, after: $after) {
    edges { cursor node { date direction minutes balanceBeforeMinutes balanceAfterMinutes isCorrection reasonZh visit { id } } }
    pageInfo { hasNextPage endCursor }
  }
} }`;

const accountOfMember = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
  ... on Member { timeAccount { id balanceMinutes passbook(first: 1) { edges { node { minutes } } } } } } }`;

describe('timebank over its graph', () => {
  let bench: TimebankBench;
  let union: Organisation;

  beforeAll(async () => {
    bench = await TimebankBench.open();
    union = await bench.anOrganisation();
  });
  afterAll(() => bench.close());

  function input(depositorMemberId: string, fromHour: number, toHour: number, changes: object = {}) {
    return {
      input: {
        idempotencyKey: randomUUID(),
        depositorMemberId,
        kind: 'HOUSEKEEPING',
        startedAt: instantAt(fromHour),
        endedAt: instantAt(toHour),
        ...changes,
      },
    };
  }

  it('shows deposit, correction and balance in the passbook', async () => {
    const memberId = await bench.aDepositor(union);
    const servedMemberId = await bench.aDepositor(union);
    const officer = anOfficer(union);
    const posted = await bench.service.ask(officer, postVisit, input(memberId, 9, 13, { servedMemberId }));
    expect(posted.errors).toBeUndefined();
    expect(posted.data.postVisit).toMatchObject({
      __typename: 'VisitPosted',
      isReplayed: false,
      visit: { minutes: 240, status: 'POSTED', depositor: { id: memberId }, servedMember: { id: servedMemberId } },
      account: { balanceMinutes: 240 },
    });
    const visitId: string = posted.data.postVisit.visit.id;
    await bench.service.ask(officer, postVisit, input(memberId, 14, 15));
    const reversed = await bench.service.ask(officer, reverseVisit, {
      input: { idempotencyKey: randomUUID(), visitId, reason: '日期有误' },
    });
    expect(reversed.data.reverseVisit).toMatchObject({
      __typename: 'VisitReversed',
      visit: { status: 'REVERSED', reversalReason: '日期有误' },
      account: { balanceMinutes: 60 },
    });

    const { id } = await bench.accountOf(memberId);
    const member = aViewer({ memberId });
    const first = await bench.service.ask(member, timeAccount, { id, first: 2 });
    expect(first.errors).toBeUndefined();
    expect(first.data.timeAccount).toMatchObject({
      id,
      balanceMinutes: 60,
      status: 'OPEN',
      depositor: { id: memberId },
    });
    expect(first.data.timeAccount.passbook.edges.map((edge: { node: object }) => edge.node)).toMatchObject([
      {
        direction: 'WITHDRAWAL',
        minutes: 240,
        balanceBeforeMinutes: 300,
        balanceAfterMinutes: 60,
        isCorrection: true,
        reasonZh: '更正：日期有误',
        visit: { id: visitId },
      },
      { direction: 'DEPOSIT', minutes: 60, balanceAfterMinutes: 300, isCorrection: false },
    ]);
    const { endCursor, hasNextPage } = first.data.timeAccount.passbook.pageInfo;
    expect(hasNextPage).toBe(true);
    const next = await bench.service.ask(member, timeAccount, { id, first: 2, after: endCursor });
    expect(next.data.timeAccount.passbook.edges).toMatchObject([
      { node: { direction: 'DEPOSIT', minutes: 240, balanceAfterMinutes: 240, visit: { id: visitId } } },
    ]);
    expect(next.data.timeAccount.passbook.pageInfo.hasNextPage).toBe(false);
  });

  it('shows an account to its owner and to officers above, and to nobody else', async () => {
    const memberId = await bench.aDepositor(union);
    const { id } = await bench.accountOf(memberId);
    const other = await bench.aDepositor(union);
    const foreignOfficer = anOfficer(await bench.anOrganisation());
    const seen = async (viewer: Parameters<typeof bench.service.ask>[0]) => {
      const direct = await bench.service.ask(viewer, timeAccount, { id });
      const joined = await bench.service.ask(viewer, accountOfMember, {
        representations: [{ __typename: 'Member', id: memberId }],
      });
      expect(direct.errors).toBeUndefined();
      expect(joined.errors).toBeUndefined();
      return [direct.data.timeAccount?.id ?? null, joined.data._entities[0].timeAccount?.id ?? null];
    };
    expect(await seen(aViewer({ memberId }))).toEqual([id, id]);
    expect(await seen(anOfficer(union, 'supervisor'))).toEqual([id, id]);
    expect(await seen(aViewer({ memberId: other }))).toEqual([null, null]);
    expect(await seen(foreignOfficer)).toEqual([null, null]);
    expect(await seen(anOfficer(union, 'service-provider'))).toEqual([null, null]);
    expect(await seen(anOfficer(union, 'chair', 'bank'))).toEqual([null, null]);
    for (const unknown of [randomUUID(), 'no id']) {
      const answer = await bench.service.ask(aViewer({ memberId }), timeAccount, { id: unknown });
      expect(answer).toMatchObject({ data: { timeAccount: null } });
    }
  });

  it('lets a service provider post without reading the account', async () => {
    const memberId = await bench.aDepositor(union);
    const answer = await bench.service.ask(anOfficer(union, 'service-provider'), postVisit, input(memberId, 9, 10));
    expect(answer.errors).toBeUndefined();
    expect(answer.data.postVisit).toMatchObject({ __typename: 'VisitPosted', account: null, visit: { minutes: 60 } });
  });

  it('refuses in words, with what is wrong', async () => {
    const memberId = await bench.aDepositor(union);
    const officer = anOfficer(union);
    const ask = async (variables: Readonly<Record<string, unknown>>) =>
      (await bench.service.ask(officer, postVisit, variables)).data.postVisit;
    expect(await ask(input(randomUUID(), 9, 10))).toMatchObject({ code: 'DEPOSITOR_NOT_FOUND' });
    expect(await ask(input(memberId, 10, 9))).toMatchObject({ code: 'VISIT_INVALID', field: 'endedAt' });
    await ask(input(memberId, 8, 15));
    expect(await ask(input(memberId, 14, 16))).toMatchObject({ code: 'VISIT_OVERLAPS', startedAt: instantAt(8) });
    expect(await ask(input(memberId, 15, 17))).toMatchObject({
      code: 'DAILY_LIMIT_REACHED',
      date: instantAt(8).slice(0, 10),
      postedMinutes: 420,
      maxMinutes: 480,
    });
    const again = input(memberId, 16, 17);
    expect(await ask(again)).toMatchObject({ isReplayed: false });
    expect(await ask(again)).toMatchObject({ isReplayed: true });
    expect(await ask({ input: { ...again.input, kind: 'REPAIR' } })).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  });

  it('refuses people who may never post, on every audience', async () => {
    const memberId = await bench.aDepositor(union);
    for (const viewer of [
      aViewer({ memberId, audience: 'dashboard' }),
      anOfficer(union, 'department-officer'),
      anOfficer(union, 'secretary', 'mobile'),
    ]) {
      const answer = await bench.service.ask(viewer, postVisit, input(memberId, 9, 10));
      expect(answer.errors?.[0]?.extensions?.['code']).toBe('ACCESS_DENIED');
    }
  });
});
