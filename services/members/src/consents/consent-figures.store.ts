import { Injectable } from '@nestjs/common';
import { rows } from '@zhijia/database';
import { DataSource } from 'typeorm';

export interface ConsentFiguresKeyset {
  readonly clientId: string;
  readonly purpose: string;
  readonly issuer: string;
}

/** A figure is null where fewer members stand behind it than may be told. */
export interface ConsentFiguresRow extends ConsentFiguresKeyset {
  readonly recipientName: string;
  readonly purposeZh: string;
  readonly purposeEn: string;
  readonly given: number | null;
  readonly withdrawn: number | null;
  readonly used: number | null;
}

export interface ConsentMonth {
  /** Any day of it. */
  readonly month: string;
  /** Whose subtrees are counted. */
  readonly organisationIds: readonly string[];
  /** Fewer members than these are not told, but for none at all. */
  readonly smallestCell: number;
}

const figure = (kind: string): string => `
  CASE WHEN count(DISTINCT member_id) FILTER (WHERE happened.kind = '${kind}') BETWEEN 1 AND $3 - 1 THEN NULL
    ELSE coalesce(sum(times) FILTER (WHERE happened.kind = '${kind}'), 0)::integer END AS "${kind}"`;

/** Counts of consents for those who watch over them, and no members. */
@Injectable()
export class ConsentFiguresStore {
  constructor(private readonly db: DataSource) {}

  /** By partner and purpose, one more than asked for where there is a next page. */
  ofMonth(
    { month, organisationIds, smallestCell }: ConsentMonth,
    after: ConsentFiguresKeyset | null,
    size: number,
  ): Promise<ConsentFiguresRow[]> {
    return rows(
      this.db,
      `WITH month AS (
         SELECT first AT TIME ZONE 'Asia/Shanghai' AS begins, (first + interval '1 month') AT TIME ZONE 'Asia/Shanghai' AS ends
         FROM (SELECT date_trunc('month', $1::date::timestamp) AS first) AS day),
       past AS MATERIALIZED (SELECT begins, ends FROM month WHERE ends <= zhijia_now()),
       happened AS (
         SELECT consent.id, 'given' AS kind, 1 AS times FROM past
           JOIN consent ON consent.given_at >= past.begins AND consent.given_at < past.ends
         UNION ALL
         SELECT consent.id, 'withdrawn', 1 FROM past
           JOIN consent ON consent.withdrawn_at >= past.begins AND consent.withdrawn_at < past.ends
           AND consent.withdrawal_reason = 'MEMBER'
         UNION ALL
         SELECT consent_use.consent_id, 'used', count(*) FROM past
           JOIN consent_use ON consent_use.used_at >= past.begins AND consent_use.used_at < past.ends
         GROUP BY consent_use.consent_id)
       SELECT issuer, client_id AS "clientId", purpose, max(recipient_name) AS "recipientName",
         max(purpose_zh) AS "purposeZh", max(purpose_en) AS "purposeEn",
         ${figure('given')}, ${figure('withdrawn')}, ${figure('used')}
       FROM happened JOIN consent ON consent.id = happened.id JOIN member ON member.id = consent.member_id
       JOIN organisation home ON home.id = member.organisation_id
       WHERE home.path <@ ANY (SELECT own.path FROM organisation own WHERE own.id = ANY($2::uuid[]))
         AND ($4::text IS NULL OR (client_id, purpose, issuer) > ($4, $5, $6))
       GROUP BY client_id, purpose, issuer ORDER BY client_id, purpose, issuer LIMIT $7`,
      [
        month,
        organisationIds,
        smallestCell,
        after?.clientId ?? null,
        after?.purpose ?? null,
        after?.issuer ?? null,
        size + 1,
      ],
    );
  }
}
