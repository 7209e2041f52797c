import { randomUUID } from 'node:crypto';
import { Viewer } from '@zhijia/access';
import { rectificationPublished, rectificationRated, rectificationWithdrawn } from '@zhijia/contracts';
import { row } from '@zhijia/database';
import { bootCounty, viewerAs, type County, type CountyMember } from './county.js';

const rateMutation = `mutation ($input: RateRectificationInput!) {
  rateRectification(input: $input) {
    __typename
    ... on RectificationRated { isReplayed rating { grade comment } task { id followUp { answers gradeCounts } } }
    ... on Refusal { code }
  }
}`;

describe('rating what was put right', () => {
  let county: County;
  let campaignId: string;
  let rectification: { rectificationId: string; campaignId: string; targetId: string; organisationId: string };

  beforeAll(async () => {
    county = await bootCounty();
    campaignId = await county.openCampaign();
    for (const member of county.members.slice(0, 5)) await county.vote(member, campaignId, [5, 5, 5]);
    const target = await row<{ id: string }>(
      county.service.db,
      `SELECT id FROM campaign_target WHERE campaign_id = $1 AND position = 1`,
      [campaignId],
    );
    rectification = {
      rectificationId: randomUUID(),
      campaignId,
      targetId: target!.id,
      organisationId: county.departmentIds[0]!,
    };
  });
  afterAll(() => county.end());

  async function rate(member: CountyMember, input: Record<string, unknown> = {}) {
    const answer = await county.service.ask(member.viewer, rateMutation, {
      input: { rectificationId: rectification.rectificationId, grade: 2, idempotencyKey: randomUUID(), ...input },
    });
    if (answer.errors !== undefined) throw new Error(JSON.stringify(answer.errors));
    return answer.data.rateRectification;
  }

  async function followUp(viewer = county.members[0]!.viewer, fields = 'answers mayRate { isPossible obstacle }') {
    const answer = await county.service.ask(
      viewer,
      `query ($representations: [_Any!]!) { _entities(representations: $representations) {
         ... on RectificationTask { id followUp { ${fields} } } } }`,
      { representations: [{ __typename: 'RectificationTask', id: rectification.rectificationId }] },
    );
    return answer.data._entities[0].followUp;
  }

  it('waits for the publication', async () => {
    expect(await followUp()).toBeNull();
    expect(await rate(county.members[0]!)).toMatchObject({ code: 'RECTIFICATION_NOT_RATEABLE' });
    await county.service.deliver(rectificationPublished, [{ ...rectification, publishedAt: new Date().toISOString() }]);
    expect(await followUp()).toEqual({ answers: 0, mayRate: { isPossible: true, obstacle: null } });
  });

  it('takes one rating of each who took part, and tells how many there are', async () => {
    const key = randomUUID();
    const first = await rate(county.members[0]!, { comment: ' 好多了 ', idempotencyKey: key });
    expect(first).toMatchObject({
      __typename: 'RectificationRated',
      isReplayed: false,
      rating: { grade: 2, comment: '好多了' },
      task: { followUp: { answers: 1, gradeCounts: [0, 1, 0, 0, 0] } },
    });
    expect(await rate(county.members[0]!, { comment: ' 好多了 ', idempotencyKey: key })).toMatchObject({
      isReplayed: true,
    });
    expect(await rate(county.members[0]!, { grade: 5, idempotencyKey: key })).toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
    expect(await rate(county.members[0]!)).toMatchObject({ code: 'ALREADY_RATED' });
    expect(await followUp()).toMatchObject({ mayRate: { obstacle: 'ALREADY_RATED' } });
    expect(await county.service.outbox(rectificationRated)).toEqual([
      { rectificationId: rectification.rectificationId, campaignId, answers: 1 },
    ]);
  });

  it('counts one of two ratings sent at once', async () => {
    const results = await Promise.all([rate(county.members[1]!, { grade: 1 }), rate(county.members[1]!, { grade: 5 })]);
    expect(results.map((result) => result.__typename).sort()).toEqual(['AlreadyRated', 'RectificationRated']);
    expect(await followUp()).toMatchObject({ answers: 2 });
  });

  it('refuses who did not take part, whatever happened since', async () => {
    expect(await rate(county.members[9]!)).toMatchObject({ code: 'NOT_TAKEN_PART' });
    expect(await followUp(county.members[9]!.viewer)).toMatchObject({ mayRate: { obstacle: 'NOT_TAKEN_PART' } });
  });

  it.each([
    ['a grade outside the scale', { grade: 6 }],
    ['no grade', { grade: 0 }],
    ['a comment that is too long', { comment: '长'.repeat(501) }],
  ])('refuses %s', async (_what, input) => {
    expect(await rate(county.members[2]!, input)).toMatchObject({ code: 'RATING_INVALID' });
  });

  it('shows comments to officers of the department and the organiser, to nobody else', async () => {
    const fields = 'comments { edges { node { grade comment member { id } } } }';
    const seen = { edges: [{ node: { grade: 2, comment: '好多了', member: { id: county.members[0]!.id } } }] };
    expect(await followUp(viewerAs('department-officer', county.departmentIds[0]!), fields)).toEqual({
      comments: seen,
    });
    expect(await followUp(county.officer, fields)).toEqual({ comments: seen });
    expect(await followUp(viewerAs('department-officer', county.departmentIds[1]!), fields)).toEqual({
      comments: null,
    });
    expect(await followUp(county.members[3]!.viewer, fields)).toEqual({ comments: null });
  });

  it('keeps which officer rated for a member', async () => {
    const member = county.members[4]!;
    const agent = new Viewer({ ...member.viewer, subject: 'an officer', actingFor: member.id });
    expect(await rate({ ...member, viewer: agent })).toMatchObject({ __typename: 'RectificationRated' });
    const kept = await row(county.service.db, `SELECT acted_by FROM rectification_rating WHERE member_id = $1`, [
      member.id,
    ]);
    expect(kept).toEqual({ acted_by: 'an officer' });
  });

  it('ends when the rectification is withdrawn', async () => {
    await county.service.deliver(rectificationWithdrawn, [{ ...rectification, withdrawnAt: new Date().toISOString() }]);
    expect(await rate(county.members[3]!)).toMatchObject({ code: 'RECTIFICATION_NOT_RATEABLE' });
    expect(await followUp(county.members[3]!.viewer)).toMatchObject({ mayRate: { obstacle: 'WITHDRAWN' } });
  });
});
