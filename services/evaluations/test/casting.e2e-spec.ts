import { randomUUID } from 'node:crypto';
import { verifyReceipt } from '@zhijia/ballot';
import { ballotCast, campaignOpened } from '@zhijia/contracts';
import { rows } from '@zhijia/database';
import { bootCounty, type County, type CountyMember } from './county.js';

describe('casting a ballot', () => {
  let county: County;
  let campaignId: string;
  let next = 0;
  const aVoter = (): CountyMember => county.members[next++]!;

  beforeAll(async () => {
    county = await bootCounty();
    campaignId = await county.openCampaign({ reward: { poolPoints: 4_000 } });
  });
  afterAll(() => county.end());

  it('tells that the campaign is open, with the terms of the reward', async () => {
    expect(await county.service.outbox(campaignOpened)).toEqual([
      expect.objectContaining({ campaignId, reward: { pointsPerMember: 200, poolPoints: 4_000 } }),
    ]);
  });

  it('gives a signed receipt for the first ballot and tells once that the member took part', async () => {
    const voter = aVoter();
    const sealed = await county.seal(voter, campaignId, [1, 2, 6]);
    const result = await county.cast(voter, campaignId, sealed.envelope);
    expect(result).toMatchObject({
      __typename: 'BallotCast',
      envelopeHash: sealed.envelopeHash,
      replacedHash: null,
      isReplayed: false,
      participation: { campaign: { id: campaignId }, member: { id: voter.id } },
    });
    expect(await verifyReceipt(result.receipt, await county.serviceKeys())).toEqual({
      campaignId,
      envelopeHash: sealed.envelopeHash,
      replacedHash: null,
    });
    const told = await county.service.outbox(ballotCast);
    expect(told.filter((event) => event.memberId === voter.id)).toEqual([
      { participationId: result.participation.id, campaignId, memberId: voter.id, rewardPoints: 200 },
    ]);
  });

  it('replaces a ballot, names the one it replaces, and tells nothing of it', async () => {
    const voter = aVoter();
    const first = await county.vote(voter, campaignId, [1, 1, 1]);
    const second = await county.seal(voter, campaignId, [5, 5, 5]);
    const result = await county.cast(voter, campaignId, second.envelope);
    expect(result).toMatchObject({ __typename: 'BallotCast', replacedHash: first.envelopeHash });
    expect((await county.service.outbox(ballotCast)).filter((event) => event.memberId === voter.id)).toHaveLength(1);
    const kept = await rows<{ hash: string; isCurrent: boolean }>(
      county.service.db,
      `SELECT encode(envelope_hash, 'hex') AS hash, envelope IS NOT NULL AS "isCurrent" FROM ballot
        WHERE envelope_hash = ANY (ARRAY[decode($1, 'hex'), decode($2, 'hex')])`,
      [first.envelopeHash, second.envelopeHash],
    );
    expect(new Map(kept.map((ballot) => [ballot.hash, ballot.isCurrent]))).toEqual(
      new Map([
        [first.envelopeHash, false],
        [second.envelopeHash, true],
      ]),
    );
  });

  it('answers the same request again with the same receipt', async () => {
    const voter = aVoter();
    const sealed = await county.seal(voter, campaignId, [2, 2, 2]);
    const key = randomUUID();
    const first = await county.cast(voter, campaignId, sealed.envelope, key);
    await county.vote(voter, campaignId, [3, 3, 3]);
    const again = await county.cast(voter, campaignId, sealed.envelope, key);
    expect(again).toMatchObject({ __typename: 'BallotCast', isReplayed: true, envelopeHash: first.envelopeHash });
    const keys = await county.serviceKeys();
    expect(await verifyReceipt(again.receipt, keys)).toEqual(await verifyReceipt(first.receipt, keys));
  });

  it('refuses the same key with another envelope', async () => {
    const voter = aVoter();
    const key = randomUUID();
    await county.cast(voter, campaignId, (await county.seal(voter, campaignId, [2, 2, 2])).envelope, key);
    const other = await county.cast(voter, campaignId, (await county.seal(voter, campaignId, [2, 2, 2])).envelope, key);
    expect(other).toMatchObject({ __typename: 'IdempotencyKeyReused', code: 'IDEMPOTENCY_KEY_REUSED' });
  });

  it('refuses an envelope that was accepted before, also a superseded one', async () => {
    const voter = aVoter();
    const first = await county.vote(voter, campaignId, [1, 2, 3]);
    const second = await county.vote(voter, campaignId, [3, 2, 1]);
    for (const sealed of [first, second]) {
      expect(await county.cast(voter, campaignId, sealed.envelope)).toMatchObject({ code: 'ENVELOPE_REPEATED' });
    }
  });

  it('counts a member once who casts twice at once', async () => {
    const voter = aVoter();
    const sealed = await Promise.all(
      [1, 2, 3, 4].map((grade) => county.seal(voter, campaignId, [grade, grade, grade])),
    );
    const results = await Promise.all(sealed.map(({ envelope }) => county.cast(voter, campaignId, envelope)));
    expect(results.map((result) => result.__typename)).toEqual(Array(4).fill('BallotCast'));
    expect(results.filter((result) => result.replacedHash === null)).toHaveLength(1);
    expect(new Set(results.map((result) => result.participation.id)).size).toBe(1);
    expect((await county.service.outbox(ballotCast)).filter((event) => event.memberId === voter.id)).toHaveLength(1);
  });

  it('gives one ballot to the same request sent many times at once', async () => {
    const voter = aVoter();
    const { envelope } = await county.seal(voter, campaignId, [4, 4, 4]);
    const key = randomUUID();
    const results = await Promise.all(Array.from({ length: 6 }, () => county.cast(voter, campaignId, envelope, key)));
    expect(results.filter((result) => result.isReplayed === false)).toHaveLength(1);
    expect(results.filter((result) => result.isReplayed === true)).toHaveLength(5);
  });

  it('accepts many who come at the same time, each under their own answer', async () => {
    const voters = Array.from({ length: 12 }, aVoter);
    const sealed = await Promise.all(voters.map((voter) => county.seal(voter, campaignId, [1, 3, 5])));
    // The envelope of another: refused alone.
    const results = await Promise.all(
      voters.map((voter, place) => county.cast(voter, campaignId, sealed[place === 5 ? 4 : place]!.envelope)),
    );
    expect(results[5]).toMatchObject({ __typename: 'EnvelopeRefused', reason: 'OTHER_SLOT' });
    const others = voters.flatMap((voter, place) =>
      place === 5 ? [] : [{ voter, result: results[place]!, envelopeHash: sealed[place]!.envelopeHash }],
    );
    const told = await county.service.outbox(ballotCast);
    for (const { voter, result, envelopeHash } of others) {
      expect(result).toMatchObject({
        __typename: 'BallotCast',
        envelopeHash,
        participation: { member: { id: voter.id } },
      });
      expect(told.filter((event) => event.memberId === voter.id)).toEqual([
        expect.objectContaining({ participationId: result.participation.id }),
      ]);
    }
    expect(told.filter((event) => event.memberId === voters[5]!.id)).toEqual([]);
  });

  it('leaves nothing of a ballot whose event cannot be written', async () => {
    const voter = aVoter();
    await county.service.db.query(`ALTER TABLE outbox RENAME TO outbox_away`);
    try {
      const { envelope } = await county.seal(voter, campaignId, [1, 1, 1]);
      await expect(county.cast(voter, campaignId, envelope)).rejects.toThrow();
    } finally {
      await county.service.db.query(`ALTER TABLE outbox_away RENAME TO outbox`);
    }
    expect(await rows(county.service.db, `SELECT 1 FROM participation WHERE member_id = $1`, [voter.id])).toEqual([]);
    await county.vote(voter, campaignId, [1, 1, 1]);
  });
});
