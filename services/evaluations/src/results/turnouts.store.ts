import { Injectable } from '@nestjs/common';
import type { Viewer } from '@zhijia/access';
import { rows } from '@zhijia/database';
import { DataSource } from 'typeorm';
import { isUuid } from '@zhijia/subgraph';
import type { OrganisationParticipation } from '../rules/merge-participation.js';

export interface Turnout {
  readonly electorateSize: number;
  readonly tookPart: number;
  readonly share: number;
}

const officerRoles = [
  'chair',
  'secretary',
  'treasurer',
  'supervisor',
  'department-officer',
  'auditor',
  'administrator',
] as const;

/** Reads participation as it was counted last. */
@Injectable()
export class TurnoutsStore {
  constructor(private readonly db: DataSource) {}

  async listTurnouts(campaignIds: readonly string[]): Promise<(Turnout | null)[]> {
    const found = await rows<Turnout & { campaignId: string }>(
      this.db,
      `SELECT c.id AS "campaignId", c.electorate_size AS "electorateSize", counted."tookPart",
              CASE WHEN c.electorate_size = 0 THEN 0
                   ELSE (counted."tookPart" * 10000 / c.electorate_size)::integer END AS share
         FROM campaign AS c
        CROSS JOIN LATERAL (
          SELECT coalesce(sum(o.participant_count), 0)::integer AS "tookPart"
            FROM electorate_organisation AS o WHERE o.campaign_id = c.id) AS counted
        WHERE c.id = ANY ($1::uuid[])`,
      [campaignIds],
    );
    const byId = new Map(found.map((one) => [one.campaignId, one]));
    return campaignIds.map((id) => byId.get(id) ?? null);
  }

  /** The electorate's tree with its counts, the root first; null for who is no officer of the organiser or above it. */
  async listParticipation(
    campaignId: string,
    viewer: Viewer,
  ): Promise<{ minimumCell: number; organisations: OrganisationParticipation[] } | null> {
    const found = await rows<OrganisationParticipation & { minimumCell: number }>(
      this.db,
      `SELECT c.minimum_cell AS "minimumCell", o.organisation_id AS "organisationId", o.path::text AS path,
              o.name_zh AS "nameZh", o.name_en AS "nameEn", o.slot_count AS "electorateSize",
              o.participant_count AS "tookPart"
         FROM campaign AS c JOIN electorate_organisation AS o ON o.campaign_id = c.id
        WHERE c.id = $1
          AND EXISTS (SELECT 1 FROM known_organisation AS organiser, known_organisation AS office
                       WHERE organiser.id = c.organiser_id AND office.id = ANY ($2::uuid[])
                         AND organiser.path <@ office.path)
        ORDER BY o.path`,
      [campaignId, viewer.organisationsOf(...officerRoles).filter(isUuid)],
    );
    const [first] = found;
    return first === undefined ? null : { minimumCell: first.minimumCell, organisations: found };
  }
}
