import { randomUUID } from 'node:crypto';
import type { memberRegistered, organisationChanged, PayloadOf } from '@zhijia/contracts';

/** What members tells of a base union at this path: a root, but for what is said otherwise. */
export function anOrganisationState(
  path: string,
  facts: Partial<PayloadOf<typeof organisationChanged>> = {},
): PayloadOf<typeof organisationChanged> {
  return {
    organisationId: randomUUID(),
    version: 1,
    parentId: null,
    path,
    kind: 'BASE_UNION',
    nameZh: `组织${path}`,
    nameEn: `Organisation ${path}`,
    unifiedCode: null,
    status: 'ACTIVE',
    ...facts,
  };
}

/** What members tells of an active member with a verified name, but for what is said otherwise. */
export function aMemberState(
  organisationId: string,
  facts: Partial<PayloadOf<typeof memberRegistered>> = {},
): PayloadOf<typeof memberRegistered> {
  return {
    memberId: randomUUID(),
    version: 1,
    organisationId,
    status: 'ACTIVE',
    verification: 'UNION_ATTESTED',
    strata: [],
    joinedOn: '2020-01-01',
    ...facts,
  };
}
