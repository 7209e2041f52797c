import { randomUUID } from 'node:crypto';
import { seal } from '../support/campaign.js';
import type { Person } from '../support/product.js';
import { aVisit } from './a-visit.js';
import { grades, type World } from './world.js';

export function rowsOutOfReach(world: World): void {
  describe('rows out of reach', () => {
    it('answer as those that do not exist: an officer of one district and members of the other', async () => {
      const officer = world.county.officer('chair', 'D1');
      const memberOf = (person: Person, id: string) =>
        world.product.ask(person, `query ($id: ID!) { member(id: $id) { id maskedName } }`, { id });
      const far = world.county.member(2).memberId;
      const unknown = randomUUID();
      expect(await memberOf(officer, far)).toEqual(await memberOf(officer, unknown));
      expect(await memberOf(officer, far)).toEqual({ data: { member: null } });
      expect((await memberOf(world.county.officer('chair', 'D2'), far)).data?.member).toMatchObject({ id: far });

      const membersOf = (id: string) =>
        world.product.ask(officer, `query ($id: ID!) { members(organisationId: $id) { edges { node { id } } } }`, {
          id,
        });
      expect(await membersOf(world.county.organisation('B3'))).toEqual(await membersOf(unknown));
      expect(await membersOf(world.county.organisation('B3'))).toEqual({ data: { members: { edges: [] } } });
      expect((await membersOf(world.county.organisation('B1'))).data?.members.edges).not.toEqual([]);
    });

    it('take nothing: hours for a depositor of the other district, as for nobody', async () => {
      const officer = world.county.officer('chair', 'D1');
      const visit = async (depositorMemberId: string) =>
        world.product.read(
          officer,
          `mutation ($input: PostVisitInput!) { postVisit(input: $input) { __typename ... on Refusal { code messageEn } } }`,
          { input: { idempotencyKey: randomUUID(), depositorMemberId, ...aVisit() } },
        );
      const far = await visit(world.county.member(2).memberId);
      expect(far.postVisit).toMatchObject({ __typename: 'DepositorNotFound', code: 'DEPOSITOR_NOT_FOUND' });
      expect(far).toEqual(await visit(randomUUID()));
    });
  });
}

export function foreignCampaigns(world: World): void {
  describe('campaigns that are not the caller’s', () => {
    it('answer as those that do not exist, and as ids that are none', async () => {
      const { envelope } = await seal(world.product, world.county.member(2), world.foreignId, grades);
      const foreign = await world.castAs(0, envelope, randomUUID(), world.foreignId);
      expect(foreign).toMatchObject({ __typename: 'CampaignNotFound', code: 'CAMPAIGN_NOT_FOUND' });
      expect(await world.castAs(0, envelope, randomUUID(), randomUUID())).toEqual(foreign);
      expect(await world.castAs(0, envelope, randomUUID(), 'no id at all')).toEqual(foreign);

      const seen = (id: string) =>
        world.product.ask(
          world.county.member(0),
          `query ($id: ID!) { campaign(id: $id) { id ballotPaper { slot } } }`,
          { id },
        );
      expect(await seen(world.foreignId)).toEqual({ data: { campaign: null } });
      expect(await seen(randomUUID())).toEqual({ data: { campaign: null } });

      for (const mutation of [
        'closeCampaign(input: { campaignId: $id })',
        'annulCampaign(input: { campaignId: $id, reason: "x" })',
      ]) {
        const answer = (id: string) =>
          world.product.ask(
            world.county.officer('chair', 'D1'),
            `mutation ($id: ID!) { ${mutation} { __typename ... on Refusal { code messageEn } } }`,
            { id },
          );
        expect(await answer(world.foreignId)).toEqual(await answer(randomUUID()));
        expect(JSON.stringify(await answer(world.foreignId))).toContain('CAMPAIGN_NOT_FOUND');
      }
      const { campaign } = await world.product.read(
        world.county.member(2),
        `query ($id: ID!) { campaign(id: $id) { state } }`,
        {
          id: world.foreignId,
        },
      );
      expect(campaign.state).toBe('OPEN');
    });
  });
}
