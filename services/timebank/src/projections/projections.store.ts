import { Injectable } from '@nestjs/common';
import type { memberRegistered, organisationChanged, PayloadOf } from '@zhijia/contracts';
import { execute, newestOf } from '@zhijia/database';
import type { EntityManager } from 'typeorm';

export type MemberState = PayloadOf<typeof memberRegistered>;
export type OrganisationState = PayloadOf<typeof organisationChanged>;

/** What timebank knows of others' things. An older state never overwrites a newer one. */
@Injectable()
export class ProjectionsStore {
  async upsertMembers(tx: EntityManager, states: readonly MemberState[]): Promise<void> {
    await execute(
      tx,
      `INSERT INTO known_member (id, version, organisation_id, status)
       SELECT "memberId", version, "organisationId", status
         FROM jsonb_to_recordset($1::jsonb) AS state (
           "memberId" uuid, version integer, "organisationId" uuid, status text)
        ORDER BY "memberId"
       ON CONFLICT (id) DO UPDATE SET
         version = excluded.version, organisation_id = excluded.organisation_id, status = excluded.status
       WHERE known_member.version < excluded.version`,
      [JSON.stringify(newestOf(states, (state) => state.memberId))],
    );
  }

  async upsertOrganisations(tx: EntityManager, states: readonly OrganisationState[]): Promise<void> {
    await execute(
      tx,
      `INSERT INTO known_organisation (id, version, path, status)
       SELECT "organisationId", version, path::ltree, status
         FROM jsonb_to_recordset($1::jsonb) AS state (
           "organisationId" uuid, version integer, path text, status text)
        ORDER BY "organisationId"
       ON CONFLICT (id) DO UPDATE SET
         version = excluded.version, path = excluded.path, status = excluded.status
       WHERE known_organisation.version < excluded.version`,
      [JSON.stringify(newestOf(states, (state) => state.organisationId))],
    );
  }
}
