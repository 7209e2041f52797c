import { randomUUID } from 'node:crypto';
import { aCampaign, cast, inDays, open, seal, untilState } from '../support/campaign.js';
import { countyMembers, importCounty, type County } from '../support/county.js';
import { openProduct, type Product, type SubgraphName } from '../support/product.js';
import { tellSteps } from '../support/tell-steps.js';

export const memberCount = 12;
export const pointsPerMember = 200;
export const subgraphs: readonly SubgraphName[] = ['members', 'timebank', 'evaluations', 'benefits'];

/** The first department is disliked by most, the others by nobody. */
export const grades = [5, 1, 2];

/** The one product that all of it is tried on, and what must be remembered from one step to those after it. */
export class World {
  product!: Product;
  county!: County;
  /** Open until it is closed and published. */
  campaignId = '';
  /** Opens in two days; annulled before. */
  futureId = '';
  /** Annulled while it is open. */
  mistakenId = '';
  /** Of the second district alone: no business of the first one's members. */
  foreignId = '';
  /** Of the published campaign. */
  board = '';
  readonly members = countyMembers(memberCount);
  /** Numbers in lines that were refused: nothing of them may stay anywhere. */
  readonly refusedNumbers: string[] = [];
  readonly acceptedHashes: string[] = [];
  readonly step = tellSteps();

  async open(): Promise<void> {
    this.product = await openProduct();
    this.county = await importCounty(this.product, this.members);
    const organiser = this.county.cityOfficer;
    const reward = { poolPoints: 100 * pointsPerMember, pointsPerMember };
    this.campaignId = await open(this.product, organiser, aCampaign(this.county, 'main', { reward }));
    this.futureId = await open(this.product, organiser, aCampaign(this.county, 'future', { opensAt: inDays(2) }));
    this.mistakenId = await open(this.product, organiser, aCampaign(this.county, 'mistaken'));
    this.foreignId = await open(
      this.product,
      this.county.officer('chair', 'D2'),
      aCampaign(this.county, 'foreign', {
        organiserId: this.county.organisation('D2'),
        electorate: { rootOrganisationId: this.county.organisation('D2') },
      }),
    );
    await untilState(this.product, organiser, this.campaignId, 'OPEN');
    await untilState(this.product, organiser, this.futureId, 'SCHEDULED');
    await untilState(this.product, organiser, this.mistakenId, 'OPEN');
    await untilState(this.product, organiser, this.foreignId, 'OPEN');
  }

  castAs(order: number, envelope: string, key: string = randomUUID(), to = this.campaignId) {
    return cast(this.product, this.county.member(order), { campaignId: to, envelope, idempotencyKey: key });
  }

  async castGood(order: number, ratings: readonly number[] = grades, key: string = randomUUID()) {
    const sealed = await seal(this.product, this.county.member(order), this.campaignId, ratings);
    const answer = await this.castAs(order, sealed.envelope, key);
    expect(answer).toMatchObject({ __typename: 'BallotCast', isReplayed: false, envelopeHash: sealed.envelopeHash });
    this.acceptedHashes.push(sealed.envelopeHash);
    return sealed;
  }
}
