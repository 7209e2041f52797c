import { Injectable } from '@nestjs/common';
import type { Viewer } from '@zhijia/access';
import { row, rows } from '@zhijia/database';
import { DataSource } from 'typeorm';
import { isUuid } from '@zhijia/subgraph';
import { campaignWatchers } from '../access/evaluations.permissions.js';
import type { ElectorateOrganisation } from '../rules/merge-participation.js';

export interface Turnout {
  readonly electorateSize: number;
  readonly tookPart: number;
  readonly share: number;
}

/** Reads participation as it was counted last. */
@Injectable()
export class TurnoutsStore {
  constructor(private readonly db: DataSource) {}

  async listTurnouts(campaignIds: readonly string[]): Promise<(Turnout | null)[]> {
    const found = await rows<Turnout & { campaignId: string }>(
      this.db,
      `SELECT c.id AS "campaignId", c.electorate_size AS "electorateSize", c.participant_count AS "tookPart",
              CASE WHEN c.electorate_size = 0 THEN 0
                   ELSE (c.participant_count::bigint * 10000 / c.electorate_size)::integer END AS share
         FROM campaign AS c WHERE c.id = ANY ($1::uuid[])`,
      [campaignIds],
    );
    const byId = new Map(found.map((one) => [one.campaignId, one]));
    return campaignIds.map((id) => byId.get(id) ?? null);
  }

  /** The smallest group that the campaign shows; null for who is no officer of the organiser or above it. */
  async findMinimumCell(campaignId: string, viewer: Viewer): Promise<number | null> {
    const found = await row<{ minimumCell: number }>(
      this.db,
      `SELECT c.minimum_cell AS "minimumCell" FROM campaign AS c
        WHERE c.id = $1
          AND EXISTS (SELECT 1 FROM known_organisation AS organiser, known_organisation AS office
                       WHERE organiser.id = c.organiser_id AND office.id = ANY ($2::uuid[])
                         AND organiser.path <@ office.path)`,
      [campaignId, viewer.organisationsOf(...campaignWatchers).filter(isUuid)],
    );
    return found?.minimumCell ?? null;
  }

  /** The electorate's tree, the root first; empty until it is frozen. */
  listElectorate(campaignId: string): Promise<ElectorateOrganisation[]> {
    return rows(
      this.db,
      `SELECT o.organisation_id AS "organisationId", o.path::text AS path, o.name_zh AS "nameZh", o.name_en AS "nameEn",
              o.slot_count AS "electorateSize"
         FROM electorate_organisation AS o WHERE o.campaign_id = $1 ORDER BY o.path`,
      [campaignId],
    );
  }

  /** How many of these organisations' own members took part. */
  async countParticipants(
    campaignId: string,
    organisationIds: readonly string[],
  ): Promise<ReadonlyMap<string, number>> {
    const found = await rows<{ id: string; participants: number }>(
      this.db,
      `SELECT organisation_id AS id, participant_count AS participants FROM electorate_organisation
        WHERE campaign_id = $1 AND organisation_id = ANY ($2::uuid[])`,
      [campaignId, organisationIds],
    );
    return new Map(found.map(({ id, participants }) => [id, participants]));
  }
}
