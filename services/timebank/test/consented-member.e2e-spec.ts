import { randomUUID } from 'node:crypto';
import { signConsentGrant, type ConsentGrant, type RoleName } from '@zhijia/access';
import { consentFields } from '@zhijia/contracts';
import { execute } from '@zhijia/database';
import { anOfficer, aViewer, aVisit, TimebankBench } from './timebank-bench.js';

const balance = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
  ... on ConsentedMember { timeBalanceMinutes } } }`;

describe('a consented member in the timebank', () => {
  const key = Buffer.alloc(32, 7);
  let bench: TimebankBench;
  let memberId: string;

  beforeAll(async () => {
    bench = await TimebankBench.open({ consentGrantKeys: [key] });
    const union = await bench.anOrganisation();
    memberId = await bench.aDepositor(union);
    await bench.postVisit(anOfficer(union), aVisit(memberId, 9, 13));
  });
  afterAll(() => bench.close());

  const partner = (role: RoleName = 'bank-client') =>
    aViewer({ audience: 'bank', roles: [{ role, organisationId: randomUUID() }] });
  const grantOf = (facts: Partial<ConsentGrant> = {}, ageMs = 0, signedWith = key) =>
    signConsentGrant(
      { consentId: randomUUID(), memberId, fields: ['TIME_ACCOUNT'], ...facts },
      partner(),
      signedWith,
      Date.now() - ageMs,
    );

  async function read(grant: string, viewer = partner()): Promise<unknown> {
    const { data, errors } = await bench.service.ask(viewer, balance, {
      representations: [{ __typename: 'ConsentedMember', grant }],
    });
    expect(errors).toBeUndefined();
    return data._entities[0];
  }

  it('shows the balance under a grant that covers it', async () => {
    expect(await read(grantOf())).toEqual({ timeBalanceMinutes: 240 });
  });

  it.each(consentFields.filter((field) => field !== 'TIME_ACCOUNT'))('shows nothing under one to %s', async (field) => {
    expect(await read(grantOf({ fields: [field] }))).toEqual({ timeBalanceMinutes: null });
  });

  it('shows nothing of a member without an account', async () => {
    expect(await read(grantOf({ memberId: randomUUID() }))).toEqual({ timeBalanceMinutes: null });
  });

  it('is nobody under a grant that is over, signed by another, of another partner, or none', async () => {
    expect(await read(grantOf({}, 31_000))).toBeNull();
    expect(await read(grantOf({}, -10_000))).toBeNull();
    expect(await read(grantOf({}, 0, Buffer.alloc(32, 8)))).toBeNull();
    expect(await read('nonsense')).toBeNull();
    const others = signConsentGrant(
      { consentId: randomUUID(), memberId, fields: ['TIME_ACCOUNT'] },
      { issuer: partner().issuer, client: 'another' },
      key,
      Date.now(),
    );
    expect(await read(others)).toBeNull();
  });

  it.each(['member', 'chair', 'administrator'] as const)('shows nothing to a %s', async (role) => {
    expect(await read(grantOf(), partner(role))).toEqual({ timeBalanceMinutes: null });
  });

  it('is answered while no event of members has arrived since', async () => {
    // What members know of the consent is in the grant: a projection that stands still makes nothing stale.
    await execute(bench.db, `TRUNCATE known_member, known_organisation`);
    expect(await read(grantOf())).toEqual({ timeBalanceMinutes: 240 });
    expect(await read(grantOf({}, 31_000))).toBeNull();
  });
});
