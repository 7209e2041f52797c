import { randomUUID } from 'node:crypto';
import { signConsentGrant, type ConsentGrant } from '@zhijia/access';
import { consentFields, type ConsentField } from '@zhijia/contracts';
import { execute } from '@zhijia/database';
import { aViewer } from './a-viewer.js';
import type { BootedSubgraph } from './boot-subgraph.js';

/** What a service shows of a member to a partner. */
export interface ConsentedField {
  /** The field that the service adds to `ConsentedMember`. */
  readonly name: string;
  /** What the member lets the partner see, for it to be shown. */
  readonly coveredBy: ConsentField;
  /** What `open` gave the member. */
  readonly value: unknown;
  /** Boots the service, and has a member come to what is shown. */
  open(config: Readonly<Record<string, unknown>>): Promise<{ service: BootedSubgraph; memberId: string }>;
}

/**
 * The promises of a field under consent, which are the same in every service: a grant of members is all it believes. With
 * which grants nobody is shown stands in `e2e/refused-credentials.e2e-spec.ts`.
 */
export function expectConsentedField({ name, coveredBy, value, open }: ConsentedField): void {
  const key = Buffer.alloc(32, 7);
  const shown = { [name]: value };
  const hidden = { [name]: null };
  let service: BootedSubgraph;
  let memberId: string;

  beforeAll(async () => {
    ({ service, memberId } = await open({ consentGrantKeys: [key] }));
  });
  afterAll(() => service.close());

  const partner = aViewer({ audience: 'bank', roles: [{ role: 'bank-client', organisationId: randomUUID() }] });
  const grantOf = (facts: Partial<ConsentGrant> = {}, ageMs = 0) =>
    signConsentGrant(
      { consentId: randomUUID(), memberId, fields: [coveredBy], ...facts },
      partner,
      key,
      Date.now() - ageMs,
    );

  async function read(grant: string): Promise<unknown> {
    const { data, errors } = await service.ask(
      partner,
      `query ($representations: [_Any!]!) {
        _entities(representations: $representations) { ... on ConsentedMember { ${name} } }
      }`,
      { representations: [{ __typename: 'ConsentedMember', grant }] },
    );
    expect(errors).toBeUndefined();
    return data._entities[0];
  }

  it('is shown under a grant that covers it', async () => {
    expect(await read(grantOf())).toEqual(shown);
  });

  it.each(consentFields.filter((field) => field !== coveredBy))('is not shown under one to %s', async (field) => {
    expect(await read(grantOf({ fields: [field] }))).toEqual(hidden);
  });

  it('is not there of a member without an account', async () => {
    expect(await read(grantOf({ memberId: randomUUID() }))).toEqual(hidden);
  });

  it('is answered while no event of members has arrived since', async () => {
    // What members know of the consent is in the grant: a projection that stands still makes nothing stale.
    await execute(service.db, `TRUNCATE known_member, known_organisation`);
    expect(await read(grantOf())).toEqual(shown);
    expect(await read(grantOf({}, 31_000))).toBeNull();
  });
}
