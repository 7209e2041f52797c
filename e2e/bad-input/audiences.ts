import type { Audience } from '@zhijia/access';
import { callSubgraph, statementFor } from '../support/call-subgraph.js';
import { inDays } from '../support/campaign.js';
import type { Person, SubgraphName } from '../support/product.js';
import { aVisit } from './a-visit.js';
import { viewerFor } from './viewer-for.js';
import type { World } from './world.js';

export function foreignAudiences(world: World): void {
  describe('audiences', () => {
    const entities = 'query ($r: [_Any!]!) { _entities(representations: $r)';
    type Case = readonly [subgraph: SubgraphName, field: string, query: string, variables: () => object, says: string];
    /** A field that may be null is null, as if there were nothing; any other is an error. */
    const dashboardOnly: readonly Case[] = [
      [
        'members',
        'members',
        'query ($id: ID!) { members(organisationId: $id) { edges { node { id } } } }',
        () => ({ id: world.county.organisation('B1') }),
        'ACCESS_DENIED',
      ],
      [
        'members',
        'Organisation.code, as an entity',
        `${entities} { ... on Organisation { code } } }`,
        () => ({ r: [{ __typename: 'Organisation', id: world.county.organisation('B1') }] }),
        'ACCESS_DENIED',
      ],
      [
        'timebank',
        'postVisit',
        'mutation ($input: PostVisitInput!) { postVisit(input: $input) { __typename } }',
        () => ({
          input: { idempotencyKey: 'wrong-audience', depositorMemberId: world.county.member(5).memberId, ...aVisit() },
        }),
        'ACCESS_DENIED',
      ],
      [
        'evaluations',
        'Campaign.participationByOrganisation, as an entity',
        `${entities} { ... on Campaign { participationByOrganisation { edges { node { tookPart } } } } } }`,
        () => ({ r: [{ __typename: 'Campaign', id: world.campaignId }] }),
        'null',
      ],
      [
        'benefits',
        'createOffer',
        'mutation ($input: CreateOfferInput!) { createOffer(input: $input) { __typename } }',
        () => ({
          input: {
            idempotencyKey: 'wrong-audience',
            organisationId: world.county.organisation('C'),
            merchantNameZh: '某书店',
            titleZh: '书券',
            pricePoints: 50,
            stock: 1,
            endsAt: inDays(30),
          },
        }),
        'ACCESS_DENIED',
      ],
    ];

    it.each(dashboardOnly)(
      'keep %s: %s from mobile clients, even beside the gateway',
      async (subgraph, _field, query, variables, says) => {
        const body = JSON.stringify({ query, variables: variables() });
        const ask = (audience: Audience) =>
          callSubgraph(
            world.product,
            subgraph,
            body,
            statementFor(world.product, subgraph, viewerFor(world, audience), body),
          );
        const nothing = /^\{"_entities":\[\{"\w+":null\}\]\}$/;
        for (const audience of ['mobile', 'bank'] as const) {
          const { code, data } = await ask(audience);
          expect(code).toBe(says === 'null' ? undefined : says);
          if (says === 'null') expect(JSON.stringify(data)).toMatch(nothing);
        }
        // The same person on the dashboard: what refused was the audience.
        const { code, data } = await ask('dashboard');
        expect(code).toBeUndefined();
        expect(JSON.stringify(data)).not.toMatch(nothing);
      },
    );

    it('are schemas of their own at the gateway: what a mobile client may not ask is not there', async () => {
      const { errors } = await world.product.ask(
        { ...world.county.member(0), roles: [{ role: 'chair', organisationId: world.county.organisation('C') }] },
        `query ($id: ID!) { members(organisationId: $id) { edges { node { id } } } }`,
        { id: world.county.organisation('B1') },
      );
      expect(errors?.[0]).toMatchObject({ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
      const bank: Person = {
        audience: 'bank',
        subject: 'bank-1',
        roles: [{ role: 'bank-client', organisationId: world.county.organisation('C') }],
      };
      const { errors: refused } = await world.product.ask(bank, '{ me { id } }');
      expect(refused?.[0]).toMatchObject({ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
    });
  });
}
