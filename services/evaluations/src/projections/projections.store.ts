import { Injectable } from '@nestjs/common';
import type { memberRegistered, organisationChanged, PayloadOf } from '@zhijia/contracts';
import { execute, newestOf } from '@zhijia/database';
import type { EntityManager } from 'typeorm';

export type MemberState = PayloadOf<typeof memberRegistered>;
export type OrganisationState = PayloadOf<typeof organisationChanged>;

/** What evaluations knows of others' things. An older state never overwrites a newer one. */
@Injectable()
export class ProjectionsStore {
  async upsertMembers(tx: EntityManager, states: readonly MemberState[]): Promise<void> {
    await execute(
      tx,
      `INSERT INTO known_member (id, version, organisation_id, status, verification, strata, joined_on)
       SELECT "memberId", version, "organisationId", status, verification, strata, "joinedOn"
         FROM jsonb_to_recordset($1::jsonb) AS state (
           "memberId" uuid, version integer, "organisationId" uuid, status text, verification text, strata text[],
           "joinedOn" date)
        ORDER BY "memberId"
       ON CONFLICT (id) DO UPDATE SET
         version = excluded.version, organisation_id = excluded.organisation_id, status = excluded.status,
         verification = excluded.verification, strata = excluded.strata, joined_on = excluded.joined_on
       WHERE known_member.version < excluded.version`,
      [JSON.stringify(newestOf(states, (state) => state.memberId))],
    );
  }

  async upsertOrganisations(tx: EntityManager, states: readonly OrganisationState[]): Promise<void> {
    await execute(
      tx,
      `INSERT INTO known_organisation (id, version, parent_id, path, kind, name_zh, name_en, status)
       SELECT "organisationId", version, "parentId", path::ltree, kind, "nameZh", "nameEn", status
         FROM jsonb_to_recordset($1::jsonb) AS state (
           "organisationId" uuid, version integer, "parentId" uuid, path text, kind text, "nameZh" text,
           "nameEn" text, status text)
        ORDER BY "organisationId"
       ON CONFLICT (id) DO UPDATE SET
         version = excluded.version, parent_id = excluded.parent_id, path = excluded.path, kind = excluded.kind,
         name_zh = excluded.name_zh, name_en = excluded.name_en, status = excluded.status
       WHERE known_organisation.version < excluded.version`,
      [JSON.stringify(newestOf(states, (state) => state.organisationId))],
    );
  }

  /** Told once, by benefits; a second time changes nothing. */
  async markPoolsEmpty(
    tx: EntityManager,
    pools: readonly { readonly campaignId: string; readonly emptiedAt: string }[],
  ): Promise<void> {
    await execute(
      tx,
      `INSERT INTO known_reward_pool (campaign_id, emptied_at)
       SELECT DISTINCT ON ("campaignId") "campaignId", "emptiedAt"
         FROM jsonb_to_recordset($1::jsonb) AS pool ("campaignId" uuid, "emptiedAt" timestamptz)
        ORDER BY "campaignId", "emptiedAt"
       ON CONFLICT (campaign_id) DO NOTHING`,
      [JSON.stringify(pools)],
    );
  }
}
