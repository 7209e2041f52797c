import { randomUUID } from 'node:crypto';
import { anOfferRequest, anOfficer, BenefitsBench } from '../../test/benefits-bench.js';
import { CreateOffer } from './create-offer.js';

describe('creating an offer', () => {
  let bench: BenefitsBench;
  let city: { organisationId: string; path: string };
  const endsAt = new Date(Date.now() + 86_400_000).toISOString();

  beforeAll(async () => {
    bench = await BenefitsBench.open();
    city = await bench.anOrganisation();
  });
  afterAll(() => bench.close());

  function create(organisationId: string, officerOf: string, key: string = randomUUID(), stock = 10) {
    return bench.service.app
      .get(CreateOffer, { strict: false })
      .run(anOfferRequest(organisationId, { stock, endsAt }), anOfficer(officerOf), key);
  }

  it('is done for an organisation of the officer or below it, and for no other', async () => {
    const union = await bench.anOrganisation(city);
    expect((await create(city.organisationId, city.organisationId)).kind).toBe('created');
    expect((await create(union.organisationId, city.organisationId)).kind).toBe('created');
    const notFound = { kind: 'organisationNotFound' };
    expect(await create(city.organisationId, union.organisationId)).toEqual(notFound);
    expect(await create(randomUUID(), city.organisationId)).toEqual(notFound);
    expect(await create('no id', city.organisationId)).toEqual(notFound);
  });

  it('stands once for each key', async () => {
    const key = randomUUID();
    const outcomes = await Promise.all(
      Array.from({ length: 5 }, () => create(city.organisationId, city.organisationId, key)),
    );
    expect(new Set(outcomes.map((outcome) => (outcome.kind === 'created' ? outcome.offerId : outcome.kind))).size).toBe(
      1,
    );
    expect(await create(city.organisationId, city.organisationId, key, 11)).toEqual({ kind: 'keyReused' });
  });

  it('refuses terms beyond their limits', async () => {
    expect(await create(city.organisationId, city.organisationId, randomUUID(), 0)).toEqual({
      kind: 'offerInvalid',
      field: 'stock',
    });
  });
});
