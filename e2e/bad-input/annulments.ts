import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { until } from '@zhijia/testing';
import { annul, readBoard, seal } from '../support/campaign.js';
import type { Person } from '../support/product.js';
import { grades, type World } from './world.js';

export function mistakenCampaigns(world: World): void {
  describe('a campaign opened by mistake', () => {
    const readCampaign = async (id: string) =>
      (
        await world.product.read(
          world.county.cityOfficer,
          `query ($id: ID!) { campaign(id: $id) {
            state annulment { reason } results { counted } board { isAnnulled } rectifications { state }
          } }`,
          { id },
        )
      ).campaign;

    world.step('is annulled before its opening: nobody can vote, and no second time', async () => {
      const { envelope } = await seal(world.product, world.county.member(0), world.futureId, grades);
      expect(await annul(world.product, world.county.cityOfficer, world.futureId)).toBe('CampaignWithdrawn');
      expect(await annul(world.product, world.county.cityOfficer, world.futureId)).toBe('CampaignAnnulled');
      await world.product.setTime(3 * 86_400);
      expect(await world.castAs(0, envelope, randomUUID(), world.futureId)).toMatchObject({
        __typename: 'CampaignAnnulled',
      });
      await world.product.setTime(0);
      expect(await readCampaign(world.futureId)).toEqual({
        state: 'ANNULLED',
        annulment: { reason: '开错了' },
        results: null,
        board: null,
        rectifications: [],
      });
    });

    world.step('is annulled while it is open: its key goes, and nothing is ever opened', async () => {
      expect(await readCampaign(world.mistakenId)).toMatchObject({ state: 'ANNULLED', results: null, board: null });
      await until(
        async () => !readdirSync(world.product.stack.secrets.ballotKeyDir).includes(`${world.mistakenId}.key`),
        {
          what: 'the key to be destroyed',
        },
      );
    });

    world.step('is annulled after its result: the board stays, marked, and what was owed is withdrawn', async () => {
      await until(async () => (await readCampaign(world.campaignId)).rectifications.length > 0, {
        what: 'the rectification',
      });
      expect((await readCampaign(world.campaignId)).rectifications).toEqual([{ state: 'PLAN_DUE' }]);
      expect(await annul(world.product, world.county.cityOfficer, world.campaignId)).toBe('CampaignWithdrawn');
      const after = await until(
        async () => {
          const campaign = await readCampaign(world.campaignId);
          return campaign.rectifications[0]?.state === 'WITHDRAWN' ? campaign : null;
        },
        { what: 'the rectification to be withdrawn', withinMs: 45_000 },
      );
      expect(after).toMatchObject({
        state: 'ANNULLED',
        board: { isAnnulled: true },
        rectifications: [{ state: 'WITHDRAWN' }],
      });
      expect(await readBoard(world.product, world.campaignId)).toBe(world.board);
    });

    world.step('is annulled with a reason, by an officer who reaches it', async () => {
      const ask = async (person: Person, reason: string) =>
        (
          await world.product.ask(
            person,
            `mutation ($id: ID!, $reason: String!) {
              annulCampaign(input: { campaignId: $id, reason: $reason }) { __typename }
            }`,
            { id: world.foreignId, reason },
          )
        ).data?.annulCampaign?.__typename;
      expect(await ask(world.county.cityOfficer, '  ')).toBe('AnnulmentReasonMissing');
      expect(await ask(world.county.officer('chair', 'D1'), '开错了')).toBe('CampaignNotFound');
    });
  });
}
